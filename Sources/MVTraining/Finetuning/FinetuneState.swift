public import MVCore

/// The scores of one epoch of fine-tuning.
public struct FinetuneEpoch: Hashable, Sendable, Codable {
  /// The epoch, from 1.
  public let epoch: Int
  /// The number of steps done.
  public let step: Int
  /// The mean cross-entropy of the epoch's batches, each before its step.
  public let loss: Double
  /// The top-1 accuracy on the epoch's augmented images, each before its step, 0...1.
  public let top1: Double
  /// The mean cross-entropy on the held-out images; nil where none are held out.
  public let heldOutLoss: Double?
  /// The top-1 accuracy on the held-out images, 0...1; nil where none are held out.
  public let heldOutTop1: Double?
  /// The network's learning rate of the last step; 0 where the classifier alone is trained.
  public let learningRate: Double
  /// The classifier's learning rate of the last step.
  public let headRate: Double

  /// Whether there can be such scores: a file may say anything.
  var isPossible: Bool {
    let numbers = [loss, heldOutLoss ?? 0, learningRate, headRate]
    return epoch >= 1 && step >= 0 && numbers.allSatisfy { abs($0) <= 1e30 }
      && (0...1).contains(top1) && (0...1).contains(heldOutTop1 ?? 0)
  }

  /// Whether it chooses before `other`: the higher accuracy, of equal ones the smaller loss.
  func isBetter(than other: FinetuneEpoch) -> Bool {
    guard let own = heldOutTop1, let theirs = other.heldOutTop1 else { return epoch > other.epoch }
    return (own, -(heldOutLoss ?? 0)) > (theirs, -(other.heldOutLoss ?? 0))
  }
}

/// What a checkpoint says of fine-tuning: what is learnt from, and how far it has come.
///
/// Nothing in it depends on the clock.
public struct FinetuneState: Hashable, Sendable, Codable {
  /// The sums over the batches of an unfinished epoch.
  struct Partial: Hashable, Sendable, Codable {
    var loss = 0.0
    var hits = 0
    var images = 0

    /// Whether there can be such sums: a file may say anything.
    var isPossible: Bool { abs(loss) <= 1e30 && hits >= 0 && hits <= images && images <= 1 << 60 }
  }

  /// Every setting, by name.
  public internal(set) var settings: [String: SettingValue]
  /// The file that the network was taken from.
  public internal(set) var network: String
  /// A text that tells that file from another.
  var networkFingerprint: String
  /// Which images keep their labels, in words.
  public internal(set) var labels: String
  /// The same as a value; nil in checkpoints of earlier versions.
  public internal(set) var labelChoice: LabelChoice?
  /// A text that tells the list of labels from another; nil without a list.
  package internal(set) var listFingerprint: String?
  /// The split that is scored at the end; nil where there is none.
  public internal(set) var testSplit: String?
  /// A text that tells the images and their classes from others.
  var imagesFingerprint: String
  /// The names of the classes, by label; empty where the source does not say.
  public internal(set) var classNames: [String]
  /// The number of classes.
  public internal(set) var classes: Int
  /// The number of images that are learnt from.
  public internal(set) var images: Int
  /// The number of images that choose the best epoch.
  public internal(set) var heldOutImages: Int
  /// The number of steps per epoch.
  public internal(set) var stepsPerEpoch: Int
  /// The number of steps done.
  public internal(set) var step = 0
  /// The epochs done.
  public internal(set) var epochs: [FinetuneEpoch] = []
  var partial = Partial()
  /// The factor on the loss; nil but for products of float16.
  var lossScale: LossScale?

  /// Whether a run can be there: a file may say anything.
  var isPossible: Bool {
    step >= 0 && stepsPerEpoch >= 1 && stepsPerEpoch <= 1 << 40 && step <= 1 << 60 && images >= 0 && heldOutImages >= 0
      && (1...1 << 24).contains(classes) && epochs.allSatisfy(\.isPossible)
      && partial.isPossible && labelChoice?.isPossible ?? true && lossScale?.isPossible ?? true
  }

  /// The best epoch so far; nil before the first one ends.
  public var best: FinetuneEpoch? {
    epochs.reduce(nil) { (best: FinetuneEpoch?, next) in
      guard let best else { return next }
      return next.isBetter(than: best) ? next : best
    }
  }
}
