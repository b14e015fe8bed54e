package import CGuarded
internal import CTorch
package import MVCore

/// Numbers in an array of any number of axes, held by libtorch, with the gradients that it records.
///
/// A tensor is a handle: copying the reference copies no numbers. It is not for use by several threads at once.
package final class Tensor {
  package let handle: OpaquePointer

  package init(owning handle: OpaquePointer) { self.handle = handle }

  deinit { mvt_tensor_free(handle) }

  /// A float32 tensor of `shape` holding `values`, last axis fastest.
  package convenience init(_ values: [Float], shape: [Int]) throws(MVError) {
    precondition(values.count == shape.reduce(1, *), "the values do not fill the shape")
    let axes = shape.map(Int64.init)
    try self.init(during: "tensor \(shape)") { mvt_tensor_from_floats(values, axes, Int32(axes.count), $0) }
  }

  /// A float32 tensor of `shape`, every value `value`.
  package convenience init(repeating value: Double, shape: [Int]) throws(MVError) {
    let axes = shape.map(Int64.init)
    try self.init(during: "tensor \(shape)") { mvt_tensor_full(value, axes, Int32(axes.count), $0) }
  }

  /// The rows of a matrix.
  package convenience init(_ matrix: Matrix) throws(MVError) {
    try self.init(matrix.values, shape: [matrix.rows, matrix.columns])
  }

  /// Wraps the handle that a shim function writes; throws where the function fails.
  package convenience init(
    during subject: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> GuardedStatus
  ) throws(MVError) {
    var result: OpaquePointer?
    try check(body(&result), during: subject)
    guard let result else { throw .internalFault(subject, "gave no tensor") }
    self.init(owning: result)
  }

  /// The length of each axis.
  package var shape: [Int] {
    let rank = Int(mvt_tensor_rank(handle))
    return [Int64](unsafeUninitializedCapacity: rank) { buffer, count in
      if rank > 0 { mvt_tensor_shape(handle, buffer.baseAddress) }
      count = rank
    }.map(Int.init)
  }

  /// The number of values.
  package var count: Int { shape.reduce(1, *) }

  /// Whether the values are held as bfloat16, as inside mixed precision.
  package var isBFloat16: Bool { mvt_tensor_element(handle) == MVTBFloat16 }

  /// The values, last axis fastest.
  package func values() throws(MVError) -> [Float] {
    let count = count
    var status = GuardedOK
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = mvt_tensor_copy_to(handle, buffer.baseAddress, Int64(count))
      initialized = status == GuardedOK ? count : 0
    }
    try check(status, during: "reading a tensor")
    return values
  }

  /// The one value of a tensor that holds one.
  package func scalar() throws(MVError) -> Float {
    let values = try values()
    guard values.count == 1 else { throw .internalFault("tensor \(shape)", "is not one value") }
    return values[0]
  }

  /// A tensor of two axes as a matrix.
  package func matrix() throws(MVError) -> Matrix {
    let shape = shape
    guard shape.count == 2 else { throw .internalFault("tensor \(shape)", "is not a matrix") }
    return Matrix(rows: shape[0], columns: shape[1], values: try values())
  }

  /// Overwrites the values in place, last axis fastest, without recording it for gradients.
  package func assign(_ values: [Float]) throws(MVError) {
    try check(mvt_tensor_copy_from(handle, values, Int64(values.count)), during: "writing a tensor")
  }

  /// Whether every value is finite.
  package func isFinite() throws(MVError) -> Bool {
    var result = false
    try check(mvt_tensor_all_finite(handle, &result), during: "checking a tensor")
    return result
  }
}
