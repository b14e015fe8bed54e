internal import MVCore

/// What errors say of a file that is being read or written through HDF5.
struct HDF5Context: Sendable {
  /// The file.
  let path: String
  /// `badData` when reading, `inputOutput` when writing.
  let kind: MVError.Kind
  /// What to do about a failure.
  let remedy: String

  /// A file that is read.
  static func reading(_ path: String) -> HDF5Context {
    HDF5Context(
      path: path, kind: .badData,
      remedy: "it may be damaged: restore it, or write it again with mvmr extract --overwrite")
  }

  /// A file that is created.
  static func creating(_ path: String) -> HDF5Context {
    HDF5Context(path: path, kind: .inputOutput, remedy: "check the folder and the space left")
  }

  /// The error that `problem` is, with HDF5's own words.
  func failure(_ problem: String) -> MVError {
    MVError(kind, path, problem, remedy: remedy, cause: HDF5Library.lastError)
  }

  /// Passes on what an HDF5 call returned; throws where that is negative.
  @discardableResult
  func check<Status: SignedInteger>(_ status: Status, _ problem: @autoclosure () -> String) throws(MVError) -> Status {
    guard status >= 0 else { throw failure(problem()) }
    return status
  }
}
