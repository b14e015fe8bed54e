internal import CTorch
package import MVCore

extension Tensor {
  private static func axes(_ lengths: [Int]) -> [Int64] { lengths.map(Int64.init) }

  /// The same values in another shape; one length may be -1, for what is left.
  func reshaped(_ shape: [Int]) throws(MVError) -> Tensor {
    try Tensor(during: "reshaping") { mvt_reshape(handle, Self.axes(shape), Int32(shape.count), $0) }
  }

  /// The axes in another order.
  func permuted(_ axes: [Int]) throws(MVError) -> Tensor {
    try Tensor(during: "permuting") { mvt_permute(handle, Self.axes(axes), Int32(axes.count), $0) }
  }

  /// Axes of length 1 repeated to those of `shape`; -1 keeps a length.
  func expanded(_ shape: [Int]) throws(MVError) -> Tensor {
    try Tensor(during: "repeating") { mvt_expand(handle, Self.axes(shape), Int32(shape.count), $0) }
  }

  /// The places `range` of an axis; -1 is the last axis.
  func narrowed(axis: Int, _ range: Range<Int>) throws(MVError) -> Tensor {
    try Tensor(during: "part of a tensor") {
      mvt_narrow(handle, Int64(axis), Int64(range.lowerBound), Int64(range.count), $0)
    }
  }

  /// The mean along an axis, which the result does not have.
  package func mean(axis: Int) throws(MVError) -> Tensor {
    try Tensor(during: "mean") { mvt_mean_along(handle, Int64(axis), $0) }
  }
}

extension [Tensor] {
  /// One after the other along an axis.
  package func concatenated(axis: Int) throws(MVError) -> Tensor {
    let handles = map { Optional($0.handle) }
    return try Tensor(during: "joining tensors") { mvt_concatenate(handles, Int64(count), Int64(axis), $0) }
  }
}
