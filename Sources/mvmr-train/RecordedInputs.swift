internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVFiles

/// Files that are opened because a run or a sweep which goes on names them, and the command line leaves them out.
enum RecordedInputs {
  /// Says that `what`, which lies at `paths`, is taken as it is named in `record`; throws as ``check(_:at:namedBy:)``.
  static func take(_ what: String, at paths: [String], namedBy record: String) throws(MVError) {
    try check(what, at: paths, namedBy: record)
    Terminal.note("\(what), as \(record) names it")
  }

  /// The same of images.
  static func take(_ source: SourceRequest, namedBy record: String) throws(MVError) {
    try take("images of \(source)", at: source.paths, namedBy: record)
  }

  /// Throws where `record` is of another user, who may have named any file, and where one of them is no file.
  ///
  /// A pipe or a device might be waited for without end.
  static func check(_ what: String, at paths: [String], namedBy record: String) throws(MVError) {
    guard SystemPath(record).status?.isOfThisUser == true else {
      throw .usage(
        record, "is of another user: what it names is not opened, \(what)",
        remedy: "name it yourself, or make a copy of the folder that is yours")
    }
    for path in paths {
      guard let status = SystemPath(path).status, !status.isFolder, !status.isPlainFile else { continue }
      throw .usage(path, "is a pipe or a device, and named by \(record) alone", remedy: "name it yourself")
    }
  }
}
