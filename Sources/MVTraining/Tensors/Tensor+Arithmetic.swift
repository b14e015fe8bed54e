internal import CTorch
package import MVCore

extension Tensor {
  func applying(_ operation: MVTUnary, _ name: String) throws(MVError) -> Tensor {
    try Tensor(during: name) { mvt_unary(operation, handle, $0) }
  }

  /// Each row divided by its Euclidean length.
  package func normalizedRows() throws(MVError) -> Tensor { try applying(MVTNormalizeRows, "row normalization") }
}
