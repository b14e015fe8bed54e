/// Of which images a loss is, where several processes train one network.
public enum LossScope: String, Hashable, Sendable, Codable, CaseIterable {
  /// Of the whole batch: every rank gathers what the others have computed.
  case global
  /// Of each rank's own part, as the released code takes it; the gradients are averaged.
  case local

  static let help =
    "with several processes: take the loss of the whole batch, its rows gathered from all ranks, or the mean of the "
    + "losses of their parts, as the released code does"
}
