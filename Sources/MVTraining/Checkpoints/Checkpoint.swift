public import Foundation
public import MVCore
internal import MVFiles
package import MVNetworks
internal import MVWeights

/// The state of a training run at one step: weights, running statistics, optimizer, place and settings.
///
/// Nothing in it depends on the clock, so that two runs with one seed write the same bytes.
public struct Checkpoint: Sendable {
  /// The place of a run: how far it has come, and on what data.
  public struct Place: Hashable, Sendable, Codable {
    /// The number of steps done since the run began.
    public var step: Int
    /// The number of steps per epoch.
    public var stepsPerEpoch: Int
    /// The sums of the loss terms over the steps of the unfinished epoch; nil at the end of an epoch.
    public var partialLoss: LossTerms?
    /// The best score of the linear probe so far, 0...1; nil where embeddings were not scored.
    public var bestScore: Double?
    /// The number of train images.
    public var images: Int
    /// The shape of one image.
    public var imageShape: ImageShape
    /// The representations in the loss, in order.
    public var representations: [String]
    /// The fingerprint of each teacher's file, by the teacher's name; nil where there are no teachers.
    public var teachers: [String: String]?

    /// The number of steps of the classifier beside the encoder; nil where there is none.
    public var onlineHeadSteps: Int?
    /// The factor on the loss; nil but for products of float16.
    var lossScale: LossScale?

    /// The number of whole epochs done.
    public var epoch: Int { step / stepsPerEpoch }

    /// Whether a run can be there: a file may say anything.
    var isPossible: Bool {
      step >= 0 && stepsPerEpoch >= 1 && stepsPerEpoch <= 1 << 40 && images >= 0 && (onlineHeadSteps ?? 0) >= 0
        && lossScale?.isPossible ?? true
    }
  }

  /// The file that the checkpoint was read from.
  public let url: URL
  /// The settings of the run.
  public let settings: TrainingSettings
  /// The place of the run.
  public let place: Place
  /// What the run is trained on; nil in checkpoints of version 0.1, and where the images were given in memory.
  public let origin: TrainingOrigin?
  /// How the network was fine-tuned on labels; nil where it was not.
  public let finetuning: FinetuneState?
  /// Whether the run says what its views are cut of; those of version 0.1 do not, and cut them of plain images.
  let saysViewOrigin: Bool
  let file: TensorFile

  private static let format = "mvmr-checkpoint"
  /// The version that is written; 1 is read too.
  private static let version = "2"

  /// Reads a checkpoint; throws where it is missing, is not one, is damaged, or is of a newer version.
  public init(contentsOf url: URL) throws(MVError) {
    let file = try TensorFile(contentsOf: url)
    guard file.metadata["format"] == Checkpoint.format else {
      throw .badData(url.path, "is not a checkpoint of mvmr", remedy: "give the last.ckpt of a training run")
    }
    // From version 2 on the header has a checksum.
    let version = file.metadata["version"]
    guard version == "1" || (version == Checkpoint.version && file.isHeaderChecked) else {
      throw .badData(
        url.path, "is of version \(version ?? "none")", remedy: "use the mvmr that wrote it")
    }
    guard let settings = file.metadata["settings"],
      var values = CanonicalJSON.value([String: SettingValue].self, from: settings),
      let place = file.metadata["place"], let decoded = CanonicalJSON.value(Place.self, from: place),
      decoded.isPossible
    else { throw .badData(url.path, "has a header that cannot be read", remedy: "take another checkpoint of the run") }
    saysViewOrigin = values["views_from"] != nil
    if !saysViewOrigin { values["views_from"] = .string(ViewOrigin.plain.rawValue) }
    self.url = url
    self.file = file
    self.place = decoded
    origin = file.metadata["origin"].flatMap { CanonicalJSON.value(TrainingOrigin.self, from: $0) }
    finetuning = try file.metadata["finetuning"].map { (text) throws(MVError) in
      guard let state = CanonicalJSON.value(FinetuneState.self, from: text), state.isPossible else {
        throw .badData(url.path, "has a header that cannot be read", remedy: "take another checkpoint of the run")
      }
      return state
    }
    do throws(MVError) {
      self.settings = try TrainingSettings(settingValues: values)
    } catch {
      throw .badData(url.path, error.description, remedy: "use the mvmr that wrote it")
    }
    guard let total = Checked.product(self.settings.epochs, decoded.stepsPerEpoch),
      finetuning != nil || decoded.step <= total
    else {
      throw .badData(
        url.path,
        "says that \(decoded.step) steps are done, of \(self.settings.epochs) epochs of "
          + "\(decoded.stepsPerEpoch)", remedy: "take another checkpoint of the run")
    }
  }

  /// Whether a file begins as a checkpoint of this package does; a file that is not there does not.
  public static func isLikely(at url: URL) -> Bool {
    guard let head = SystemPath(url.path).head(1 << 16), head.count > 8 else { return false }
    return head.range(of: Data("\"\(format)\"".utf8)) != nil
  }

  /// The prefix of the encoder's weights in training, where `backbone` and `projector` are their moving averages.
  static let trainingPrefix = "training"

  /// Creates the encoder and gives it the weights of this checkpoint; throws where they are not those of its settings.
  ///
  /// They are the moving averages where the run keeps such.
  package func encoder() throws(MVError) -> Encoder {
    try checkSize()
    let encoder = try settings.emptyEncoder()
    try encoder.load(file.tensors, from: url.path)
    return encoder
  }

  /// Throws where the settings describe a larger network than the file holds values for: it would be made in vain.
  func checkSize() throws(MVError) {
    let held = file.tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    let wanted = try settings.architecture().valueCount(projector: settings.projector)
    guard let wanted, wanted <= held else {
      throw .badData(
        url.path, "holds \(held) values, the network of its settings has \(wanted.map { "\($0)" } ?? "more")",
        remedy: "take another checkpoint of the run")
    }
  }

  /// Writes a checkpoint, whole or not at all; throws where that fails.
  static func write(
    _ state: [NamedTensor], settings: TrainingSettings, place: Place, origin: TrainingOrigin?,
    finetuning: FinetuneState? = nil, to url: URL
  ) throws(MVError) {
    var metadata = [
      "format": format, "version": version, "settings": CanonicalJSON.text(settings.settingValues),
      "place": CanonicalJSON.text(place),
    ]
    if let finetuning { metadata["finetuning"] = CanonicalJSON.text(finetuning) }
    if let origin { metadata["origin"] = CanonicalJSON.text(origin) }
    try TensorFile.write(state, metadata: metadata, to: url)
  }
}
