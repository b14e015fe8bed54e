internal import CTorch
package import MVCore

extension Tensor {
  /// Asks for gradients to be gathered for this tensor, which must not be the result of an operation.
  package func setRequiresGradient(_ requires: Bool) throws(MVError) {
    try check(mvt_set_requires_gradient(handle, requires), during: "requiring a gradient")
  }

  /// Adds the derivative of this one value to the gradient of every tensor it was computed from.
  package func backward() throws(MVError) { try check(mvt_backward(handle), during: "backward pass") }

  /// The gradient gathered so far; nil where there is none.
  package func gradient() throws(MVError) -> Tensor? {
    var result: OpaquePointer?
    try check(mvt_gradient(handle, &result), during: "reading a gradient")
    return result.map { Tensor(owning: $0) }
  }
}

extension [Tensor] {
  /// Forgets the gradient of each tensor; throws where libtorch fails.
  package func clearGradients() throws(MVError) {
    let handles = map { Optional($0.handle) }
    try check(mvt_clear_gradients(handles, Int64(count)), during: "clearing gradients")
  }

  /// The Euclidean norm of all gradients together; throws where libtorch fails.
  package func gradientNorm() throws(MVError) -> Double {
    let handles = map { Optional($0.handle) }
    var norm = 0.0
    try check(mvt_gradient_norm(handles, Int64(count), &norm), during: "gradient norm")
    return norm
  }

  /// Multiplies every gradient by `factor`; throws where libtorch fails.
  package func scaleGradients(by factor: Double) throws(MVError) {
    let handles = map { Optional($0.handle) }
    try check(mvt_scale_gradients(handles, Int64(count), factor), during: "gradient clipping")
  }
}
