internal import CTorch
package import MVCore

extension Tensor {
  func applying(_ operation: MVTUnary, _ name: String) throws(MVError) -> Tensor {
    try Tensor(during: name) { mvt_unary(operation, handle, $0) }
  }

  /// Each row divided by its Euclidean length.
  package func normalizedRows() throws(MVError) -> Tensor { try applying(MVTNormalizeRows, "row normalization") }

  private func combined(_ operation: MVTBinary, _ other: Tensor) throws(MVError) -> Tensor {
    try Tensor(during: "arithmetic") { mvt_binary(operation, handle, other.handle, $0) }
  }

  package func adding(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTAdd, other) }
  package func subtracting(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTSubtract, other) }
  package func multiplied(by other: Tensor) throws(MVError) -> Tensor { try combined(MVTMultiply, other) }
  package func divided(by other: Tensor) throws(MVError) -> Tensor { try combined(MVTDivide, other) }
  package func matrixProduct(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTMatrixMultiply, other) }

  /// `self * factor + offset`.
  package func scaled(by factor: Double, plus offset: Double = 0) throws(MVError) -> Tensor {
    try Tensor(during: "scaling") { mvt_affine(handle, factor, offset, $0) }
  }

  package func sum() throws(MVError) -> Tensor { try applying(MVTSum, "sum") }
  package func mean() throws(MVError) -> Tensor { try applying(MVTMean, "mean") }
  package func squareRoot() throws(MVError) -> Tensor { try applying(MVTSquareRoot, "square root") }
  package func transposed() throws(MVError) -> Tensor { try applying(MVTTranspose, "transpose") }
  package func float32() throws(MVError) -> Tensor { try applying(MVTFloat, "conversion to float32") }

  /// Each value times itself.
  package func squared() throws(MVError) -> Tensor { try applying(MVTSquare, "square") }
  /// The larger of each value and 0.
  package func rectified() throws(MVError) -> Tensor { try applying(MVTRelu, "rectifier") }
  /// The values on the diagonal of a matrix.
  package func diagonal() throws(MVError) -> Tensor { try applying(MVTDiagonal, "diagonal") }
  /// The values off the diagonal of a square matrix; throws for another.
  package func offDiagonal() throws(MVError) -> Tensor { try applying(MVTOffDiagonal, "off the diagonal") }
  /// The same square matrix with minus infinity on its diagonal, which has no gradient.
  package func maskingDiagonal() throws(MVError) -> Tensor { try applying(MVTMaskDiagonal, "diagonal mask") }
}
