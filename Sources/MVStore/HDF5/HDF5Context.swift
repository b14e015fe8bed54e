internal import MVCore
internal import MVFiles

/// What errors about a file say that is read or written through HDF5.
struct HDF5Context: Sendable {
  /// The file's path.
  let path: String
  /// The kind of error: `badData` when reading, `inputOutput` when writing.
  let kind: MVError.Kind
  /// The advice after a failure.
  let remedy: String

  /// The context of a file that is read.
  static func reading(_ path: String) -> HDF5Context {
    HDF5Context(
      path: path, kind: .badData,
      remedy: "it may be damaged: restore it, or write it again with --overwrite")
  }

  /// The context of a file that is created.
  static func creating(_ path: String) -> HDF5Context {
    HDF5Context(path: path, kind: .inputOutput, remedy: "check the folder and the space left")
  }

  /// The error for `problem`, followed by the system's words where HDF5 has them, or else HDF5's own.
  func failure(_ problem: String) -> MVError {
    // HDF5's own of a full disk are a line of addresses and times.
    if let code = HDF5Library.lastSystemCode { return FileDescriptor.failure(path, problem, code) }
    if MemoryLimit.isSet, HDF5Library.lastError?.contains("memory allocation failed") == true {
      return MVError(
        .outOfMemory, path, problem, remedy: "raise the limits and run it again: \(MemoryLimit.words)",
        cause: "there is not enough memory")
    }
    return MVError(kind, path, problem, remedy: remedy, cause: HDF5Library.lastError)
  }

  /// The error for a file whose parts are, as `problem` says, in other files or places than it shows.
  func elsewhere(_ problem: String) -> MVError {
    MVError(
      kind, path, problem,
      remedy: "copy what it refers to into one file: h5repack, or h5py's File.copy(..., expand_soft=True, "
        + "expand_external=True)")
  }

  /// Returns the result of an HDF5 call; throws where it is negative.
  @discardableResult
  func check<Status: SignedInteger>(_ status: Status, _ problem: @autoclosure () -> String) throws(MVError) -> Status {
    guard status >= 0 else { throw failure(problem()) }
    return status
  }
}
