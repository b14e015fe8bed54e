import CTorch
import MVCore

@testable import MVTraining

/// Arithmetic that only tests need.
extension Tensor {
  private func combined(_ operation: MVTBinary, _ other: Tensor) throws(MVError) -> Tensor {
    try Tensor(during: "arithmetic") { mvt_binary(operation, handle, other.handle, $0) }
  }

  func adding(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTAdd, other) }
  func subtracting(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTSubtract, other) }
  func multiplied(by other: Tensor) throws(MVError) -> Tensor { try combined(MVTMultiply, other) }
  func divided(by other: Tensor) throws(MVError) -> Tensor { try combined(MVTDivide, other) }
  func matrixProduct(_ other: Tensor) throws(MVError) -> Tensor { try combined(MVTMatrixMultiply, other) }

  /// `self * factor + offset`.
  func scaled(by factor: Double, plus offset: Double = 0) throws(MVError) -> Tensor {
    try Tensor(during: "scaling") { mvt_affine(handle, factor, offset, $0) }
  }

  func sum() throws(MVError) -> Tensor { try applying(MVTSum, "sum") }
  func mean() throws(MVError) -> Tensor { try applying(MVTMean, "mean") }
  func squareRoot() throws(MVError) -> Tensor { try applying(MVTSquareRoot, "square root") }
  func transposed() throws(MVError) -> Tensor { try applying(MVTTranspose, "transpose") }
  func float32() throws(MVError) -> Tensor { try applying(MVTFloat, "conversion to float32") }
}
