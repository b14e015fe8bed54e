/// What a published protocol trained: the classifier, and every learning rate that was tried.
public struct FittedProtocolProbe: Hashable, Sendable {
  /// A learning rate and what it came to.
  public struct Candidate: Hashable, Sendable, Codable {
    /// The rate as the protocol gives it.
    public let learningRate: Double
    /// The rate the optimizer began with.
    public let scaledRate: Double
    /// Top-1 accuracy on the rows that chose; nil where there was no choice to make.
    public let selectionTop1: Double?
    /// The epoch, from 1, that accuracy is of; nil where there was no choice to make.
    public let epoch: Int?
    /// Whether weights or loss ceased to be finite; such a rate is never chosen.
    public let diverged: Bool
  }

  /// Where the learning rate and the epoch were chosen.
  public enum Selection: String, Hashable, Sendable, Codable, CaseIterable {
    /// There was nothing to choose.
    case none
    /// On rows of train that were held out.
    case train
    /// On the test rows, which makes their accuracy optimistic.
    case test
  }

  /// The protocol.
  public let settings: SGDProtocol
  /// The classifier, which can be saved and scored like any other.
  public let probe: FittedProbe
  /// The rate chosen, as the protocol gives it.
  public let learningRate: Double
  /// The number of epochs that the classifier was trained for.
  public let epochs: Int
  /// Every rate, ascending.
  public let candidates: [Candidate]
  /// The mean loss of train rows in each epoch of the chosen rate's last training, each batch's before its step.
  public let losses: [Double]
  /// Where rate and epoch were chosen.
  public let selection: Selection
  /// Seconds it took.
  public let seconds: Double
}
