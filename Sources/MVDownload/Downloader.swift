public import Foundation
public import MVCore
internal import MVFiles

/// Fetches files over HTTP: a stopped download resumes, and a file appears only when it is whole and verified.
public struct Downloader: Sendable {
  /// How often a broken connection is resumed before that is an error.
  public var retries: Int
  /// The pause before the first of these attempts, in seconds; it doubles from one to the next.
  public var pause: Double

  /// Creates a downloader.
  public init(retries: Int = 3, pause: Double = 1) {
    self.retries = retries
    self.pause = pause
  }

  /// Fetches `file` into `folder`, by way of `NAME.partial`, and returns its place.
  ///
  /// A file that is there and has the right sum is not fetched again. `progress` counts bytes. When `cancellation` asks
  /// to stop, what came stays and an error of the kind `interrupted` is thrown. Throws also where the server refuses or
  /// breaks off too often (then the same call goes on), the disk is full, another process fetches the same file, the
  /// server sends more than the file's size, or the sum is wrong (then what was fetched is deleted).
  public func fetch(
    _ file: PublishedFile, into folder: URL, cancellation: Cancellation = Cancellation(),
    progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
  ) throws(MVError) -> URL {
    let target = try InnerPath.place(of: file.name, in: folder, from: file.address)
    try check(file, in: folder)
    try Folder.create(folder)
    // Terminates: it loops only if another process has put the whole file in place in between.
    while true {
      if FileManager.default.fileExists(atPath: target.path) {
        if try MD5.text(ofFile: target) == file.md5 { return target }
        throw .badData(
          target.path, "is there but has another MD5 sum than \(file.md5)", remedy: "delete it and run this again")
      }
      let partial = try FileDescriptor(own: self.partial(of: file, in: folder).path)
      guard try partial.lock() else { throw partial.busy().with(subject: target.path) }
      guard try partial.standsAtItsPath() else { continue }
      // A refusal leaves no empty file behind.
      defer { if (try? partial.size()) == 0, (try? partial.standsAtItsPath()) == true { unlink(partial.path) } }
      try fetch(file, to: partial, cancellation, progress)
      guard rename(partial.path, target.path) == 0 else {
        throw FileDescriptor.failure(target.path, "cannot be written", errno)
      }
      return target
    }
  }

  /// Throws where something is in the way of `file` in `folder`; to be called before the work.
  ///
  /// A link to a file that is there stands for it, as it is only read.
  func check(_ file: PublishedFile, in folder: URL) throws(MVError) {
    let target = try InnerPath.place(of: file.name, in: folder, from: file.address)
    guard SystemPath(target.path).status?.isPlainFile != true else { return }
    try AtomicFile.check([file.name], in: folder)
    do throws(MVError) { _ = try FileDescriptor(own: partial(of: file, in: folder).path, creating: false) } catch {
      guard error.kind == .missingInput else { throw error }
    }
  }

  /// Where `file` is fetched to.
  private func partial(of file: PublishedFile, in folder: URL) -> URL {
    folder.appending(path: "\(file.name).partial")
  }

  /// Fills the file, whatever of it is there, until it has the right sum.
  private func fetch(
    _ file: PublishedFile, to partial: FileDescriptor, _ cancellation: Cancellation,
    _ progress: @escaping @Sendable (RunProgress) -> Void
  ) throws(MVError) {
    let start = ContinuousClock.now
    let before = try partial.size()
    var attempts = 0
    var isFresh = before == 0
    while true {
      let transfer = try Transfer(file, appendingTo: partial, cancellation: cancellation) { done, total in
        progress(
          RunProgress(
            doneBefore: before, done: done, total: max(done, total ?? done),
            seconds: (ContinuousClock.now - start).seconds))
      }
      switch try transfer.run() {
      case .broken(let reason):
        attempts += 1
        guard attempts <= retries else {
          throw .inputOutput(
            file.address, "broke off after \(try partial.size()) bytes: \(reason)",
            remedy: "run the same command again: it goes on from there")
        }
        try wait(pause * Double(1 << min(attempts - 1, 6)), cancellation, file)
        continue
      case .cannotResume:
        try partial.truncate()
        isFresh = true
        continue
      case .complete, .nothingMore: break
      }
      let sum = try MD5.text(ofFile: URL(filePath: partial.path))
      if sum == file.md5 { return }
      try partial.truncate()
      // What an earlier run left may have been of another version of the file.
      guard !isFresh else {
        throw .badData(
          file.address, "has the MD5 sum \(sum), not \(file.md5); what was fetched is deleted",
          remedy: "try again, or give another address with --from")
      }
      isFresh = true
    }
  }

  /// Waits before the next attempt; throws as soon as the user asks to stop.
  private func wait(_ seconds: Double, _ cancellation: Cancellation, _ file: PublishedFile) throws(MVError) {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      guard !cancellation.isCancelled else {
        throw MVError(.interrupted, file.address, "was stopped", remedy: "run the same command again: it goes on")
      }
      usleep(20_000)
    }
  }
}

extension FileDescriptor {
  /// The number of bytes; throws where that cannot be found out.
  func size() throws(MVError) -> Int { Int(try status().st_size) }
}
