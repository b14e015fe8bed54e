package import Foundation
package import MVCore

/// A path as the system takes it: bytes, which it resolves link by link and `..` by `..`.
package struct SystemPath: Hashable, Sendable {
  /// What stands at a path, links followed.
  package struct Status: Hashable, Sendable {
    /// Whether it is a folder.
    package let isFolder: Bool
    /// Whether it is a file of bytes on a disk, and no folder, pipe or device.
    package let isPlainFile: Bool
    /// The size of a file in bytes.
    package let size: Int
    /// When it was last changed, in whole seconds since 1970.
    package let seconds: Int
    /// The file system and the number in it: what two paths to one place have in common.
    package let place: [UInt64]
    /// The number of the user whose it is.
    package let user: UInt32

    /// Whether it is of the user whom this process works for: what it says was not written by a stranger.
    package var isOfThisUser: Bool { user == geteuid() }

    init(_ status: stat) {
      isFolder = status.st_mode & S_IFMT == S_IFDIR
      isPlainFile = status.st_mode & S_IFMT == S_IFREG
      size = Int(status.st_size)
      seconds = Int(status.st_mtim.tv_sec)
      place = [UInt64(status.st_dev), UInt64(status.st_ino)]
      user = status.st_uid
    }
  }

  /// What a folder lists.
  package struct Entry: Hashable, Sendable {
    /// What an entry is.
    package enum Kind: Hashable, Sendable {
      case file
      case folder
      /// A link that leads nowhere.
      case nowhere
    }

    /// The name, as ``FileName`` makes a text of it.
    package let name: String
    /// What it is, a link being what it leads to.
    package let kind: Kind
  }

  /// The bytes, without a zero at the end.
  package let bytes: [UInt8]

  /// The path that a person typed.
  package init(_ text: String) { bytes = Array(text.utf8) }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// The path of `name` below this one, or of `name` itself where that begins with a slash; ``FileName`` reads it.
  package func appending(_ name: String) -> SystemPath {
    let added = FileName.bytes(name)
    guard !added.isEmpty else { return self }
    if bytes.isEmpty || added.first == 0x2F { return SystemPath(bytes: added) }
    return SystemPath(bytes: bytes + (bytes.last == 0x2F ? [] : [0x2F]) + added)
  }

  /// The path as ``FileName`` makes a text of it.
  package var text: String { FileName.text(bytes) }

  /// What stands here; nil where nothing does that this process may see.
  package var status: Status? {
    var status = stat()
    return terminated.withUnsafeBufferPointer { stat($0.baseAddress!, &status) } == 0 ? Status(status) : nil
  }

  /// The entries of this folder, sorted by the bytes of their names, as Python sorts; of hidden ones the folders alone.
  ///
  /// Throws where it is missing or cannot be listed.
  package func entries() throws(MVError) -> [Entry] {
    guard let folder = terminated.withUnsafeBufferPointer({ opendir($0.baseAddress!) }) else {
      throw failure(errno, "cannot be listed")
    }
    defer { closedir(folder) }
    var found: [(name: [UInt8], type: Int)] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let type = Int(entry.pointee.d_type)
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.first != 0x2E || (type == Int(DT_DIR) && name != [0x2E] && name != [0x2E, 0x2E]) {
        found.append((name, type))
      }
    }
    guard errno == 0 else { throw failure(errno, "cannot be listed") }
    found.sort { $0.name.lexicographicallyPrecedes($1.name) }
    return found.map { entry in
      let name = FileName.text(entry.name)
      switch entry.type {
      case Int(DT_REG): return Entry(name: name, kind: .file)
      case Int(DT_DIR): return Entry(name: name, kind: .folder)
      default:
        let status = appending(name).status
        let kind: Entry.Kind = status.map { $0.isFolder ? .folder : .file } ?? .nowhere
        return Entry(name: name, kind: kind)
      }
    }
  }

  /// The bytes of the file here, at most `limit`; with `orStream` also what a pipe or a terminal gives until it ends.
  ///
  /// No pipe is waited for once the process shall end. Throws a missing-input error, with `remedy`, where there is no
  /// file or it may not be read, an error where it is a pipe or a device that was not asked for, and an input-output
  /// error where reading fails.
  package func contents(
    remedy: String = "check the path", orStream: Bool = false, limit: Int = .max
  ) throws(MVError) -> Data {
    // Without waiting for the other end of a pipe.
    let number = terminated.withUnsafeBufferPointer { open($0.baseAddress!, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard number >= 0 else { throw failure(errno, "cannot be read", remedy: remedy) }
    defer { close(number) }
    var status = stat()
    guard fstat(number, &status) == 0 else { throw failure(errno, "cannot be examined", remedy: remedy) }
    let isStream = status.st_mode & S_IFMT != S_IFREG
    guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(EISDIR, "cannot be read", remedy: remedy) }
    guard orStream || !isStream else { throw Self.notPlain(text) }
    return try FileContents.read(
      number, size: isStream ? 0 : Int(status.st_size), isStream: isStream, limit: limit, of: text, remedy: remedy)
  }

  /// The first bytes of the file here, at most `count`; nil where it cannot be read.
  package func head(_ count: Int) -> Data? {
    let number = terminated.withUnsafeBufferPointer { open($0.baseAddress!, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard number >= 0 else { return nil }
    defer { close(number) }
    var status = stat()
    guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    var data = Data(count: count)
    var done = 0
    while done < count {
      let step = data.withUnsafeMutableBytes { read(number, $0.baseAddress! + done, count - done) }
      if step < 0, errno == EINTR { continue }
      guard step >= 0 else { return nil }
      if step == 0 { break }
      done += step
    }
    return data.prefix(done)
  }

  /// The error of a pipe or a device where a file is to be read.
  static func notPlain(_ path: String) -> MVError {
    .badData(path, "is a pipe or a device, not a file", remedy: "give a file")
  }

  private func failure(_ code: Int32, _ problem: String, remedy: String = "check the path") -> MVError {
    let cause = String(cString: strerror(code))
    switch code {
    case ENOENT: return .missingInput(text, "does not exist", remedy: remedy)
    case EACCES, EPERM: return .missingInput(text, problem, remedy: "check its permissions", cause: cause)
    case ENOTDIR, ELOOP, ENAMETOOLONG, EISDIR: return .missingInput(text, problem, remedy: remedy, cause: cause)
    default: return .inputOutput(text, problem, remedy: "check the disk", cause: cause)
    }
  }

  /// The bytes with a zero at the end, as the C library takes them.
  private var terminated: [CChar] { bytes.map { CChar(bitPattern: $0) } + [0] }

  /// The path of a folder without any link in it; of one that is not there, with `..` taking away the part before it.
  package static func resolved(_ path: String) -> String {
    let bytes = FileName.bytes(path).map { CChar(bitPattern: $0) } + [0]
    if let real = realpath(bytes, nil) {
      defer { free(real) }
      return FileName.text(UnsafeBufferPointer(start: real, count: strlen(real)).map { UInt8(bitPattern: $0) })
    }
    return URL(filePath: absolute(path)).standardized.path
  }

  /// The path from the root of the file system: links stay, and `..` is resolved as the system does.
  package static func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
    let parts = whole.utf8.split(separator: 0x2F).map { String($0)! }.filter { $0 != "." }
    if parts.contains(".."), let real = realpath(whole, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    return "/" + parts.joined(separator: "/")
  }
}
