internal import Foundation
internal import MVCore
internal import MVDatasets
internal import MVFiles

/// Unpacks archives into a folder that appears only when it is whole.
enum Unpacking {
  /// Unpacks `archives` over each other and moves their folder `name` to `folder/name`, which it returns.
  ///
  /// Names that lead out of the folder are errors; links and devices are passed over. Where `cancellation` asks to
  /// stop, what was unpacked is deleted and an error of the kind `interrupted` is thrown.
  static func unpack(
    _ archives: [URL], folder name: String, into folder: URL, _ cancellation: Cancellation = Cancellation()
  ) throws(MVError) -> URL {
    let manager = FileManager.default
    let target = folder.appending(path: name)
    try Folder.create(folder)
    let unpacked = try StagingFolder(Self.staging(of: name, in: folder), for: target.path)
    let staging = unpacked.url
    defer { unpacked.remove() }
    for archive in archives {
      let reader = try ArchiveReader(archive)
      while let entry = try reader.next() {
        try checkNotCancelled(cancellation, archive)
        if entry.isFolder, entry.name.isEmpty || entry.name == "." { continue }
        let place = try InnerPath.place(of: entry.name, in: staging, from: archive.path, isDeep: true)
        if entry.isFolder {
          try Folder.create(place)
        } else if entry.isFile {
          try Folder.create(place.deletingLastPathComponent())
          try copy(reader, to: place) { () throws(MVError) in try checkNotCancelled(cancellation, archive) }
        }
      }
    }
    guard manager.fileExists(atPath: staging.appending(path: name).path) else {
      throw .badData(
        archives.first?.path ?? folder.path, "does not hold the folder \(name)", remedy: "is it the right archive?")
    }
    guard rename(staging.appending(path: name).path, target.path) == 0 else {
      throw .inputOutput(target.path, "cannot be created", cause: String(cString: strerror(errno)))
    }
    return target
  }

  /// Where `folder/name` is put together.
  private static func staging(of name: String, in folder: URL) -> URL { folder.appending(path: ".\(name).unpacking") }

  /// Throws where something is in the way of a folder `name` that is to be unpacked; to be called before the work.
  static func check(folder name: String, in folder: URL) throws(MVError) {
    try AtomicFile.checkFolders([name], in: folder)
    try StagingFolder.check(staging(of: name, in: folder))
  }

  private static func checkNotCancelled(_ cancellation: Cancellation, _ archive: URL) throws(MVError) {
    guard !cancellation.isCancelled else {
      throw MVError(
        .interrupted, archive.path, "was not unpacked", remedy: "run the same command again: nothing is fetched twice")
    }
  }

  private static func copy(
    _ reader: ArchiveReader, to url: URL, _ check: () throws(MVError) -> Void
  ) throws(MVError) {
    let file = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o644)
    func failure() -> MVError {
      .inputOutput(
        url.path, "cannot be written", remedy: "make room and run this again", cause: String(cString: strerror(errno)))
    }
    guard file >= 0 else { throw failure() }
    defer { close(file) }
    try reader.read { (piece) throws(MVError) in
      try check()
      var rest = piece[...]
      while !rest.isEmpty {
        let count = write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure() }
        rest = rest.dropFirst(count)
      }
    }
  }
}
