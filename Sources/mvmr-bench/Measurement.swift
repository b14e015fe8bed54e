internal import Foundation
internal import MVCommandLine
internal import MVCore

/// What every benchmark needs: a folder and a clock.
enum Measurement {
  /// Runs `body` with a new folder below --folder, or the temporary one, and deletes the folder.
  static func inFolder(_ arguments: ParsedArguments, _ body: (URL) throws(MVError) -> Void) throws(MVError) {
    let parent = arguments["folder"].map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "mvmr-bench-\(UUID().uuidString)")
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw .inputOutput(folder.path, "cannot be created", remedy: "give another --folder")
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  /// The seconds that `body` takes.
  static func seconds(_ body: () throws(MVError) -> Void) throws(MVError) -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start).seconds
  }
}

extension [Double] {
  /// The median; not a number where there is none.
  var middle: Double { isEmpty ? .nan : sorted()[count / 2] }
}
