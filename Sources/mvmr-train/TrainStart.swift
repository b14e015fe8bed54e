internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVTraining

/// What an earlier run brings into a new request: the run that is resumed, or the one whose weights are started from.
struct TrainStart {
  /// The run that goes on; nil where none is resumed.
  let resumed: Checkpoint?
  /// The network whose weights the new run starts from; nil where it draws its own.
  let initial: TrainedNetwork?

  init(_ arguments: ParsedArguments, output: String?) throws(MVError) {
    let last = output.map { Trainer.checkpoint(in: URL(filePath: $0)) }
    let exists = last.map { FileManager.default.fileExists(atPath: $0.path) } ?? false
    resumed =
      arguments.has("resume") && exists
      ? try last.map { (url) throws(MVError) in try Checkpoint(contentsOf: url) } : nil
    // A job that is queued again goes on with its own run.
    initial =
      resumed == nil
      ? try arguments["init"].map { (text) throws(MVError) in
        try TrainedNetwork(trainableAt: text, WeightsArgument.settings(arguments, option: "network"))
      } : nil
  }

  /// The settings to begin with, before those of the command line; nil for `given`, those of a file or the defaults.
  ///
  /// A resumed run has its own. Of a checkpoint of version 0.1, which does not say what it was trained on, all settings
  /// are given again as there, or none. A run that starts from weights has their encoder, unless one is given.
  ///
  /// Throws where the weights cannot be trained.
  func settings(_ arguments: ParsedArguments) throws(MVError) -> TrainingSettings? {
    guard !arguments.has("config") else { return nil }
    let words = arguments.all("set")
    if let resumed {
      guard resumed.origin != nil || (words.isEmpty && !arguments.has("teacher")) else { return nil }
      var settings = resumed.settings
      if arguments.has("teacher") { settings.teachers = [] }
      for index in settings.teachers.indices {
        let teacher = settings.teachers[index]
        guard !FileManager.default.fileExists(atPath: teacher.path) else { continue }
        settings.teachers[index].path = resumed.origin?.teachers[teacher.label] ?? teacher.path
      }
      try RecordedPrograms.check(settings.teachers, namedBy: resumed.url.path)
      let teachers = settings.teachers.filter { !$0.isRole }.map(\.path)
      if !teachers.isEmpty {
        let words = "the teachers \(teachers.joined(separator: ", "))"
        try RecordedInputs.take(words, at: teachers, namedBy: resumed.url.path)
      }
      return settings
    }
    guard let initial else { return nil }
    let settings = try initial.settings()
    let isGiven = words.contains { word in ["encoder", "depth", "widths", "stem"].contains { word.hasPrefix("\($0)=") }
    }
    return isGiven ? TrainingSettings() : settings
  }

  /// What the resumed run is trained on; nil where it does not say.
  var origin: TrainingOrigin? { resumed?.origin }

  /// The feature files of the resumed run: where they were, or else beside the run or in the working folder.
  ///
  /// Says which they are. Throws where one is in none of these places, and where the run is of another user.
  func features() throws(MVError) -> [String] {
    guard let resumed, let paths = resumed.origin?.features else { return [] }
    let run = resumed.url.deletingLastPathComponent()
    let places = try paths.map { (path) throws(MVError) in
      let name = URL(filePath: path).lastPathComponent
      let places = [path, run.deletingLastPathComponent().appending(path: name).path, name]
      guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
        throw .missingInput(
          path, "is not there any more; \(resumed.url.path) was trained on it",
          remedy: "give every feature file of the run by --features, where it is now")
      }
      return found
    }
    guard !places.isEmpty else { return [] }
    try RecordedInputs.take("features of \(places.joined(separator: ", "))", at: places, namedBy: resumed.url.path)
    return places
  }

  /// The source of the resumed run where it is now; nil where that is not recorded.
  ///
  /// Says which it is. Throws where nothing of it is there any more, and where the run is of another user.
  func source() throws(MVError) -> SourceRequest? {
    guard let resumed, let recorded = resumed.origin?.source else { return nil }
    let folder = resumed.url.deletingLastPathComponent().path
    let found = recorded.candidates(near: folder).first { request in
      request.paths.allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }
    guard let found else {
      throw .missingInput(
        recorded.paths.first ?? "\(recorded)", "is not there any more; \(resumed.url.path) was trained on it",
        remedy: "give SOURCE, where the images are now")
    }
    try RecordedInputs.take(found, namedBy: resumed.url.path)
    return found
  }
}
