internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVStore
internal import MVTraining
internal import Synchronization

/// One run at work: it is trained, embedded and scored, each step beside those of other runs.
final class SweepWork {
  private enum Step {
    case train(ChildProcess)
    case embed(ChildProcess)
    case score(Scoring)
    case done
  }

  /// The name in messages.
  let name: String
  /// The name of its folder.
  let folder: String
  private let place: URL
  private let scoring: SweepScoring?
  private let threads: Int
  private let lock: Int32?
  private var step: Step

  /// Begins with what is left of a run: training by `configuration`, or the scores of one that is trained.
  ///
  /// Throws where its folder or its settings cannot be written, or a process not started.
  init(
    _ name: String, in folder: SweepFolder, at folderName: String, training configuration: TrainingConfiguration?,
    options: [String: [String]], scoring: SweepScoring?, threads: Int
  ) throws(MVError) {
    self.name = name
    self.folder = folderName
    place = folder.place(of: folderName)
    self.scoring = scoring
    self.threads = threads
    lock = folder.lockDescriptor
    step = .done
    try Self.check(place, training: configuration != nil)
    guard let configuration else {
      try embed()
      return
    }
    try Folder.create(place)
    SweepScores.remove(in: place)
    let settings = place.appending(path: "settings.yaml")
    try AtomicFile.write(configuration.yaml, to: settings, followsLinks: false)
    var words = ["train", "--config", settings.path, "--output", place.path] + Argument.words(options)
    if FileManager.default.fileExists(atPath: Trainer.checkpoint(in: place).path) { words.append("--resume") }
    step = .train(try ChildProcess(words, log: log, keeping: lock))
  }

  /// Throws where a link, or anything else than a plain file, is in the place of a file that a run in `place` writes.
  static func check(_ place: URL, training: Bool) throws(MVError) {
    let own = ["settings.yaml", "embedding.h5", "scores.json", "log.txt"]
    try AtomicFile.check(own + (training ? Trainer.files : []), in: place)
  }

  /// Whether it was asked to end: nothing begins any more.
  private var isEnding = false

  /// What the run and its embedding said.
  private var log: URL { place.appending(path: "log.txt") }
  private var embedding: URL { place.appending(path: "embedding.h5") }

  /// Asks it to save and to end.
  func end() {
    isEnding = true
    switch step {
    case .train(let child), .embed(let child): child.end()
    case .score, .done: break
    }
  }

  /// Goes on where a step has ended; true as long as there is something to do.
  ///
  /// Throws the error that a step ended with.
  func advance() throws(MVError) -> Bool {
    switch step {
    case .train(let child):
      guard let outcome = child.outcome() else { return true }
      if case .failed(let error) = outcome { throw error }
      guard !isEnding else {
        throw MVError(.interrupted, place.path, "was stopped before it was scored", remedy: "the same command goes on")
      }
      try embed()
    case .embed(let child):
      guard let outcome = child.outcome() else { return true }
      if case .failed(let error) = outcome { throw error }
      if let scoring { step = .score(Scoring(embedding, scoring, threads: threads)) }
    case .score(let work):
      guard let result = work.result else { return true }
      try result.get().write(in: place)
      step = .done
    case .done: return false
    }
    if case .done = step { return false }
    return true
  }

  private func embed() throws(MVError) {
    guard let scoring else {
      step = .done
      return
    }
    let words =
      ["embed", place.path, "--output", embedding.path, "--overwrite"] + scoring.splits.flatMap { ["--split", $0] }
    let count = "\(threads)"
    step = .embed(
      try ChildProcess(
        words, log: log, environment: ["OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count], keeping: lock))
  }
}

/// The scores of one run, computed on a thread of their own; those of several runs one after the other.
private final class Scoring: Sendable {
  private let outcome = Mutex<Result<SweepScores, MVError>?>(nil)
  /// OpenBLAS is one for the whole process.
  private static let turn = Mutex(())

  init(_ file: URL, _ scoring: SweepScoring, threads: Int) {
    Thread.detachNewThread { [self] in
      let result = Self.turn.withLock { _ in
        Result { () throws(MVError) in
          try SweepScores(
            of: FeatureFile(reading: file), scoring, threads: threads, cancellation: Interruption.cancellation)
        }
      }
      outcome.withLock { $0 = result }
    }
  }

  /// Nil as long as they are computed.
  var result: Result<SweepScores, MVError>? { outcome.withLock { $0 } }
}
