internal import MVCore
internal import MVNetworks

/// The factor on the loss that keeps gradients of float16 from vanishing (Micikevicius and others 2018).
///
/// It is halved where a gradient is not finite, and the step is left out; it is doubled after many steps without. A
/// power of two, it changes no digit. The numbers are those of torch.amp.GradScaler.
struct LossScale: Hashable, Sendable, Codable {
  /// What the loss is multiplied by.
  private(set) var factor = 65536.0
  /// Steps since it was last changed.
  private(set) var steps = 0
  /// Steps that were left out, which the optimizer does not count.
  private(set) var skipped = 0

  private static let growing = 2000
  /// A factor below which gradients are not finite for another reason.
  private static let least = 0x1p-24

  /// The scale for products of `element`; nil where none is wanted.
  init?(for element: Torch.HalfElement?) { if element != .float16 { return nil } }

  init(factor: Double) { self.factor = factor }

  /// Whether a run can have it: a file may say anything.
  var isPossible: Bool { factor.isFinite && factor >= Self.least && factor <= 1e300 && steps >= 0 && skipped >= 0 }

  /// Takes the factor out of the gradients of a step; returns whether they are finite, and the step is to be made.
  ///
  /// Throws where they are not, whatever the factor is.
  mutating func takeOut(of parameters: [Tensor]) throws(MVError) -> Bool {
    try parameters.scaleGradients(by: 1 / factor)
    let isFinite = try parameters.gradientNorm().isFinite
    try adapt(isFinite: isFinite)
    return isFinite
  }

  /// Halves or doubles the factor after a step; throws where it would become nothing.
  mutating func adapt(isFinite: Bool) throws(MVError) {
    steps = isFinite ? steps + 1 : 0
    if steps == Self.growing { (factor, steps) = (min(factor * 2, 0x1p127), 0) }
    guard !isFinite else { return }
    skipped += 1
    factor /= 2
    guard factor >= Self.least else {
      throw .badData(
        "gradients of float16", "are not finite, whatever the loss is multiplied by",
        remedy: "lower lr, set clip, or use precision=bf16")
    }
  }
}
