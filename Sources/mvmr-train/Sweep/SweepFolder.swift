internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVEvaluation
internal import MVFiles
internal import MVReports
internal import MVTraining
internal import MVYAML

/// The folder of a sweep: what is in it, and that one process at a time works in it.
final class SweepFolder {
  let url: URL
  /// The page of the sweep.
  let report: ReportFolder
  /// Says that a sweep is at work; its children hold it, too.
  private var lock: FolderLock?

  /// The open file of the lock, for children to hold open; nil before the folder is prepared.
  var lockDescriptor: Int32? { lock?.descriptor }

  /// Throws where the folder holds something else, or a sweep that is at work.
  init(_ url: URL) throws(MVError) {
    self.url = url
    report = try ReportFolder(
      url, kind: SweepPage.kind,
      beside: [SweepPage.chartName]
        + [SweepRecord.place(in: url), SweepRequest.definition(in: url)].map(\.lastPathComponent))
    let present = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    guard !present.isEmpty else { return }
    let isSweep = SweepRecord.isSweep(url)
    // One that has just begun has written no record yet. Nothing is put into a folder of somebody else's.
    if isSweep || present.contains(FolderLock.name) { try take() }
    guard isSweep || present == [FolderLock.name] else {
      throw .usage(url.path, "holds other files, and no sweep", remedy: "give a folder that is not there yet")
    }
  }

  /// Creates the folder if needed and keeps others out of it; throws where either fails.
  func prepare() throws(MVError) {
    try Folder.create(url)
    try take()
    try report.prepare()
  }

  private func take() throws(MVError) { if lock == nil { lock = try FolderLock(url) } }

  /// The folder of a run.
  func place(of folder: String) -> URL { url.appending(path: folder) }

  /// The sweep that is there already, and what it has run; nil where the folder is new.
  ///
  /// Throws where either cannot be read.
  func recorded() throws(MVError) -> (sweep: Sweep, record: SweepRecord)? {
    guard SweepRecord.isSweep(url) else { return nil }
    let definition = try YAMLNode(contentsOf: SweepRequest.definition(in: url))
    let sweep = try Sweep(definition) { (node) throws(MVError) in
      throw .badData(node.place, "names another configuration", remedy: "move the folder away and begin anew")
    }
    return (sweep, try SweepRecord(in: url))
  }

  /// The settings that a run in the folder was begun with; nil where it has no checkpoint yet.
  func settings(of folder: String) throws(MVError) -> TrainingSettings? {
    let checkpoint = Trainer.checkpoint(in: place(of: folder))
    guard FileManager.default.fileExists(atPath: checkpoint.path) else { return nil }
    return try Checkpoint(contentsOf: checkpoint).settings
  }

  /// Whether a run has done all of its epochs.
  func isTrained(_ folder: String) -> Bool {
    guard let found = try? Checkpoint(contentsOf: Trainer.checkpoint(in: place(of: folder))) else { return false }
    return found.place.step >= found.settings.epochs * found.place.stepsPerEpoch
  }
}
