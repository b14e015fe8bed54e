/// The result of a published protocol: the classifier, and every learning rate that was tried.
public struct FittedProtocolProbe: Hashable, Sendable {
  /// One learning rate and its result.
  public struct Candidate: Hashable, Sendable, Codable {
    /// The rate, in the protocol's own unit (``SGDProtocol/learningRate``).
    public let learningRate: Double
    /// The rate that the optimizer started with.
    public let scaledRate: Double
    /// The top-1 accuracy on the rows that decide, 0...1; nil where there was no choice to make.
    public let selectionTop1: Double?
    /// The epoch, from 1, of that accuracy; nil where there was no choice to make.
    public let epoch: Int?
    /// Whether weights or loss became infinite or not a number; such a rate is never chosen.
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
  /// The chosen rate, in the protocol's own unit.
  public let learningRate: Double
  /// The number of epochs that the classifier was trained for.
  public let epochs: Int
  /// All rates that were tried, ascending.
  public let candidates: [Candidate]
  /// The mean loss of the train rows in each epoch of the last training, each batch's before its step.
  public let losses: [Double]
  /// The rows on which rate and epoch were chosen.
  public let selection: Selection
  /// The duration in seconds.
  public let seconds: Double
}
