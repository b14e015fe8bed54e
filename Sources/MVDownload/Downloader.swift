public import Foundation
public import MVCore
internal import MVFiles

/// Fetches files over HTTP: a stopped download resumes, and a file appears only when it is whole and verified.
public struct Downloader: Sendable {
  /// How often a broken connection is resumed before that is an error.
  public var retries: Int

  /// Creates a downloader.
  public init(retries: Int = 3) { self.retries = retries }

  /// Fetches `file` into `folder`, by way of `NAME.partial`, and returns its place.
  ///
  /// A file that is there and has the right sum is not fetched again. `progress` counts bytes. When `cancellation` asks
  /// to stop, what came stays and an error of the kind `interrupted` is thrown. Throws also where the server refuses or
  /// breaks off too often (then the same call goes on), the disk is full, or the sum is wrong (then what was fetched is
  /// deleted).
  public func fetch(
    _ file: PublishedFile, into folder: URL, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> URL {
    let manager = FileManager.default
    let target = folder.appending(path: file.name)
    let partial = folder.appending(path: "\(file.name).partial")
    try Folder.create(folder)
    if manager.fileExists(atPath: target.path) {
      if try MD5.text(ofFile: target) == file.md5 { return target }
      throw .badData(
        target.path, "is there but has another MD5 sum than \(file.md5)", remedy: "delete it and run this again")
    }
    let start = ContinuousClock.now
    let before = Self.size(of: partial)
    var attempts = 0
    var isFresh = before == 0
    // A refusal leaves no empty file behind.
    defer { if Self.size(of: partial) == 0 { try? manager.removeItem(at: partial) } }
    while true {
      let transfer = try Transfer(file.address, appendingTo: partial, cancellation: cancellation) { done, total in
        progress(
          RunProgress(
            doneBefore: before, done: done, total: total ?? done, seconds: (ContinuousClock.now - start).seconds))
      }
      switch try transfer.run() {
      case .broken(let reason):
        attempts += 1
        guard attempts <= retries else {
          throw .inputOutput(
            file.address, "broke off after \(Self.size(of: partial)) bytes: \(reason)",
            remedy: "run the same command again: it goes on from there")
        }
        continue
      case .cannotResume:
        try Self.remove(partial)
        isFresh = true
        continue
      case .complete, .nothingMore: break
      }
      let sum = try MD5.text(ofFile: partial)
      if sum == file.md5 { break }
      try Self.remove(partial)
      // What an earlier run left may have been of another version of the file.
      guard !isFresh else {
        throw .badData(
          file.address, "has the MD5 sum \(sum), not \(file.md5); what was fetched is deleted",
          remedy: "try again, or give another address with --from")
      }
      isFresh = true
    }
    guard rename(partial.path, target.path) == 0 else {
      throw .inputOutput(target.path, "cannot be written", cause: String(cString: strerror(errno)))
    }
    return target
  }

  private static func size(of url: URL) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int) ?? 0
  }

  private static func remove(_ url: URL) throws(MVError) {
    do { try FileManager.default.removeItem(at: url) } catch {
      throw .inputOutput(url.path, "cannot be deleted", remedy: "check the folder's permissions")
    }
  }
}
