public import Foundation
public import MVCore
internal import MVDatasets
public import MVImaging
public import MVNetworks

/// A trained network in a file, whatever program wrote it.
public enum TrainedNetwork: Sendable {
  /// A checkpoint of this package.
  case checkpoint(Checkpoint)
  /// Weights of a known network.
  case weights(NetworkFile)
  /// TorchScript, which is run as it is.
  case script(URL)

  /// Opens what `text` names: a checkpoint, the folder of a run, a file or folder of weights, or TorchScript.
  ///
  /// The folder of a run is its last checkpoint, that of fine-tuning its best, which is the one that was scored.
  /// `settings` say what a file of weights does not. TorchScript is a program, which may read and overwrite any file of
  /// the user already when it is opened: it is taken only where the name ends as such files do (``scriptEndings``), or
  /// with `runningScripts`, which a command may have as `option`. Throws where there is none of these.
  public init(
    at text: String, _ settings: NetworkSettings = NetworkSettings(), runningScripts: Bool = false,
    option: String? = nil
  ) throws(MVError) {
    let place = URL(filePath: text)
    let last = Trainer.checkpoint(in: place)
    let url = FileManager.default.fileExists(atPath: last.path) ? last : place
    if Checkpoint.isLikely(at: url) {
      let found = try Checkpoint(contentsOf: url)
      let best = Trainer.bestCheckpoint(in: place)
      let isTuned = found.finetuning != nil && url == last && FileManager.default.fileExists(atPath: best.path)
      self = .checkpoint(isTuned ? try Checkpoint(contentsOf: best) : found)
    } else if ScriptModule.isScript(at: place) {
      // OpenAI's archives of CLIP are TorchScript too, but of operators that not every libtorch has.
      if let known = try? NetworkFile(contentsOf: place, settings), known.isArchiveOfOpenAI {
        self = .weights(known)
      } else {
        guard runningScripts || Self.scriptEndings.contains(place.pathExtension.lowercased()) else {
          throw .usage(
            place.path, "is TorchScript, a program, and is not named as one",
            remedy: "if you trust where it comes from, let its name end in .pt"
              + (option.map { ", or give \($0)" } ?? ""))
        }
        self = .script(place)
      }
    } else {
      self = .weights(try NetworkFile(contentsOf: place, settings))
    }
  }

  /// Opens what can be trained further: a checkpoint, the folder of a run, or a file or folder of weights.
  ///
  /// Throws where there is none of these; TorchScript is not run, whatever it is called.
  public init(trainableAt text: String, _ settings: NetworkSettings = NetworkSettings()) throws(MVError) {
    self = try TrainedNetwork(at: text, settings, runningScripts: true)
    if case .script(let url) = self { throw Self.untrainable(url) }
  }

  private static func untrainable(_ url: URL) -> MVError {
    .usage(
      url.path, "is TorchScript, whose weights cannot be trained here",
      remedy: "give its weights: torch.save(model.state_dict(), FILE.pth); mvmr networks FILE.pth says what they are")
  }

  /// How the names of files end that are run as TorchScript.
  public static let scriptEndings = ["pt", "pts", "torchscript", "ts", "jit"]

  /// Whether ``init(at:_:runningScripts:option:)`` takes what `text` names as TorchScript, a program; nothing is run.
  public static func isProgram(at text: String, _ settings: NetworkSettings = NetworkSettings()) -> Bool {
    guard ScriptModule.isScript(at: URL(filePath: text)), case .script? = try? TrainedNetwork(at: text, settings) else {
      return false
    }
    return true
  }

  /// The file that it was read from.
  public var url: URL {
    switch self {
    case .checkpoint(let checkpoint): checkpoint.url
    case .weights(let file): file.url
    case .script(let url): url
    }
  }

  /// A text that tells it from the network of another file; throws where the file cannot be read.
  ///
  /// That of a program ends with its SHA-256 sum, so that no other program can be made to pass for it.
  public func fingerprint() throws(MVError) -> String {
    if case .weights(let file) = self { return try file.fingerprint() }
    var fingerprint = Fingerprint()
    try fingerprint.add(contentsOf: url)
    guard case .script = self else { return fingerprint.text }
    return fingerprint.text + Self.sumOfProgram + (try SHA256.text(ofFile: url))
  }

  /// Whether `fingerprint` is that of the network recorded as `known`; earlier versions recorded no sum of programs.
  static func isSame(_ fingerprint: String, as known: String?) -> Bool {
    guard let known else { return false }
    return fingerprint == known || fingerprint.hasPrefix(known + sumOfProgram)
  }

  private static let sumOfProgram = " sha256:"

  /// The settings of a run on it, as far as they describe the network: the encoder, its projector, its normalization.
  ///
  /// Weights of other programs have no projector, and it is that of `given`. Throws for TorchScript, which cannot be
  /// trained, and for images of channels that no deviation is known of.
  public func settings(_ given: TrainingSettings = TrainingSettings()) throws(MVError) -> TrainingSettings {
    var settings = given
    switch self {
    case .checkpoint(let checkpoint):
      let theirs = checkpoint.settings
      (settings.encoder, settings.depth, settings.widths) = (theirs.encoder, theirs.depth, theirs.widths)
      (settings.stem, settings.projector) = (theirs.stem, theirs.projector)
      settings.normalization = theirs.normalization
    case .weights(let file):
      let published = file.preprocessing
      guard let statistics = ImageStatistics(mean: published.mean, deviation: published.deviation) else {
        throw .badData(
          file.url.path, "wants images normalized by deviations of \(published.deviation)",
          remedy: "correct the preprocessing beside it")
      }
      (settings.encoder, settings.depth, settings.widths) = (.network(NetworkReference(to: file.architecture)), 0, [])
      settings.stem = nil
      settings.normalization = statistics
    case .script(let url): throw Self.untrainable(url)
    }
    return settings
  }
}

extension TrainedNetwork {
  /// How images are fed where nothing is said: as published, or as in training; nil where the file does not tell.
  ///
  /// Of TorchScript only what this package exported tells it; nothing is run. Throws where the file is damaged.
  public func preprocessing() throws(MVError) -> Preprocessing? {
    switch self {
    case .script(let url): return try ScriptFacts(in: url)?.preprocessing
    case .weights(let file): return file.preprocessing
    case .checkpoint(let checkpoint):
      let shape = checkpoint.place.imageShape
      let statistics = checkpoint.settings.statistics(for: shape)
      return Preprocessing(
        framing: Framing(
          trainedOn: ImageSize(height: shape.height, width: shape.width), asked: checkpoint.origin?.source.framing),
        mean: statistics.mean, deviation: statistics.deviation)
    }
  }
}
