internal import CTorch
public import MVCore

extension Tensor {
  private func combined(_ operation: MVTBinary, _ other: Tensor, _ name: String) throws(MVError) -> Tensor {
    try Tensor(during: name) { mvt_binary(operation, handle, other.handle, $0) }
  }

  func applying(_ operation: MVTUnary, _ name: String) throws(MVError) -> Tensor {
    try Tensor(during: name) { mvt_unary(operation, handle, $0) }
  }

  /// Element by element; shapes broadcast as in PyTorch.
  public func adding(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTAdd, other, "addition") }

  /// Element by element; shapes broadcast as in PyTorch.
  public func subtracting(_ other: Tensor) throws(MVError) -> Tensor {
    try combined(MVTSubtract, other, "subtraction")
  }

  /// Element by element; shapes broadcast as in PyTorch.
  public func multiplied(by other: Tensor) throws(MVError) -> Tensor {
    try combined(MVTMultiply, other, "multiplication")
  }

  /// Element by element; shapes broadcast as in PyTorch.
  public func divided(by other: Tensor) throws(MVError) -> Tensor { try combined(MVTDivide, other, "division") }

  /// The matrix product.
  public func matrixProduct(_ other: Tensor) throws(MVError) -> Tensor {
    try combined(MVTMatrixMultiply, other, "matrix product")
  }

  /// `self * factor + offset`.
  public func scaled(by factor: Double, plus offset: Double = 0) throws(MVError) -> Tensor {
    try Tensor(during: "scaling") { mvt_affine(handle, factor, offset, $0) }
  }

  /// The sum of all values.
  public func sum() throws(MVError) -> Tensor { try applying(MVTSum, "sum") }

  /// The mean of all values.
  public func mean() throws(MVError) -> Tensor { try applying(MVTMean, "mean") }

  /// The square root of each value.
  public func squareRoot() throws(MVError) -> Tensor { try applying(MVTSquareRoot, "square root") }

  /// Rows as columns.
  public func transposed() throws(MVError) -> Tensor { try applying(MVTTranspose, "transpose") }

  /// Every axis but the first joined into one.
  public func flattened() throws(MVError) -> Tensor { try applying(MVTFlatten, "flatten") }

  /// Each row divided by its Euclidean length.
  public func normalizedRows() throws(MVError) -> Tensor { try applying(MVTNormalizeRows, "row normalisation") }

  /// The same values as float32.
  public func float32() throws(MVError) -> Tensor { try applying(MVTFloat, "conversion to float32") }

  /// A copy with memory of its own.
  public func copy() throws(MVError) -> Tensor { try applying(MVTClone, "copy") }
}
