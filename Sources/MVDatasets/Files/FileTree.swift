internal import Foundation
internal import MVCore
internal import MVFiles

/// The files of a data set: in a folder, or in an archive that is read in place.
struct FileTree: Sendable {
  private enum Place: Sendable {
    case folder(SystemPath)
    /// Folders that may lie anywhere, each under a name of its own.
    case gathered([ExactText: SystemPath])
    case packed(PackedFiles, folder: String)
  }

  /// What a folder lists, without hidden files, each kind sorted by bytes as Python sorts.
  struct Listing {
    var folders: [String] = []
    /// Files, and links that lead nowhere though they are called as images are: reading these says so.
    var files: [String] = []
    /// Other links that lead nowhere.
    var nowhere: [String] = []
    /// Folders that no person made: hidden ones, and those of systems and network drives.
    var passedOver: [String] = []
  }

  private let place: Place
  /// The place of the files, as messages name it.
  let path: String

  /// Opens a folder or an archive; throws where there is neither, with `hint` as the remedy.
  init(_ url: URL, hint: String) throws(MVError) {
    let path = url.path
    guard let status = SystemPath(path).status else { throw .missingInput(path, "does not exist", remedy: hint) }
    self.path = path
    if status.isFolder {
      place = .folder(SystemPath(path))
    } else if !status.isPlainFile {
      throw .badData(path, "is a pipe or a device, neither a folder nor an archive", remedy: hint)
    } else if ArchiveReader.suffixes.contains(where: { path.lowercased().hasSuffix($0) }) {
      place = .packed(try PackedFiles(url), folder: "")
    } else {
      throw .badData(path, "is neither a folder nor an archive", remedy: hint)
    }
  }

  /// Opens folders, each to be found under its name; throws where one is not there, or two have one name.
  init(gathering folders: [(name: String, url: URL)], hint: String) throws(MVError) {
    path = folders.map(\.url.path).joined(separator: ", ")
    var gathered: [ExactText: SystemPath] = [:]
    for (name, url) in folders {
      let folder = SystemPath(url.path)
      guard let status = folder.status else { throw .missingInput(url.path, "does not exist", remedy: hint) }
      guard status.isFolder else { throw .badData(url.path, "is no folder", remedy: hint) }
      guard gathered.updateValue(folder, forKey: ExactText(name)) == nil else {
        throw .usage("split \(name)", "is given twice", remedy: "give each split one folder")
      }
    }
    place = .gathered(gathered)
  }

  private init(_ place: Place, path: String) {
    self.place = place
    self.path = path
  }

  /// The first of the named inner folders that exists, or this folder; names may contain slashes.
  func entering(_ names: [String]) -> FileTree {
    for name in names where containsFolder(name) {
      switch place {
      case .packed(let files, let folder):
        return FileTree(.packed(files, folder: Self.joined(folder, name)), path: path(of: name))
      case .folder, .gathered:
        if let inner = systemPath(of: name) { return FileTree(.folder(inner), path: path(of: name)) }
      }
    }
    return self
  }

  /// The place of a file, as messages name it.
  func path(of name: String) -> String {
    if name.isEmpty { return path }
    switch place {
    case .folder where name.utf8.first == 0x2F: return name
    case .folder, .packed: return "\(path)/\(name)"
    case .gathered: return systemPath(of: name)?.text ?? name
    }
  }

  /// Where a file or folder lies; nil in an archive.
  private func systemPath(of name: String) -> SystemPath? {
    switch place {
    case .folder(let folder): return folder.appending(name)
    case .gathered(let folders):
      let (first, rest) = Self.split(name)
      return folders[ExactText(first)]?.appending(rest)
    case .packed: return nil
    }
  }

  /// What stands at a name; nil in an archive, and where nothing does.
  private func status(of name: String) -> SystemPath.Status? { systemPath(of: name)?.status }

  /// Whether there is a file of this name.
  func contains(_ name: String) -> Bool {
    if case .packed(let files, let folder) = place { return files.contains(Self.joined(folder, name)) }
    return status(of: name).map { !$0.isFolder } ?? false
  }

  /// Whether there is a folder of this name.
  func containsFolder(_ name: String) -> Bool {
    if case .packed(let files, let folder) = place { return files.listing(of: Self.joined(folder, name)) != nil }
    return status(of: name)?.isFolder ?? false
  }

  /// What two names of one folder have in common; nil in an archive, which holds no links that are followed.
  func identity(of name: String) -> [UInt64]? { status(of: name)?.place }

  /// The shortest name of a file: below this folder where it lies there, without `.` and `..` and doubled slashes.
  ///
  /// The folder of a name with `..` is resolved as the system does, link by link.
  func shortest(_ name: String) -> String {
    let isAbsolute = name.utf8.first == 0x2F
    let parts = name.utf8.split(separator: 0x2F).map { String($0)! }.filter { $0 != "." }
    guard isAbsolute || parts.contains("..") else { return parts.joined(separator: "/") }
    guard case .folder(let root) = place else { return Self.shortened(parts, isAbsolute: isAbsolute) }
    let base = SystemPath.resolved(root.text)
    let last = parts.last.map { $0 == ".." ? "" : $0 } ?? ""
    let folder = (last.isEmpty ? parts : parts.dropLast()).joined(separator: "/")
    let whole = SystemPath.resolved(isAbsolute ? "/\(folder)" : "\(base)/\(folder)")
    let path = last.isEmpty ? whole : whole == "/" ? "/\(last)" : "\(whole)/\(last)"
    let prefix = base == "/" ? base : base + "/"
    return path.utf8.starts(with: prefix.utf8) ? String(path.utf8.dropFirst(prefix.utf8.count))! : path
  }

  /// A path whose `..` take away the part before them, as in an archive, where no links are followed.
  private static func shortened(_ parts: [String], isAbsolute: Bool) -> String {
    var kept: [String] = []
    for part in parts {
      if part == "..", let last = kept.last, last != ".." { kept.removeLast() } else { kept.append(part) }
    }
    return (isAbsolute ? "/" : "") + kept.joined(separator: "/")
  }

  /// The bytes of a file; throws where it is missing or cannot be read.
  func bytes(of name: String) throws(MVError) -> Data {
    if case .packed(let files, let folder) = place {
      guard let bytes = try files.bytes(of: Self.joined(folder, name)) else { throw missing(name) }
      return bytes
    }
    guard let path = systemPath(of: name) else { throw missing(name) }
    do throws(MVError) { return try path.contents(remedy: Self.remedy) } catch {
      throw error.with(subject: self.path(of: name))
    }
  }

  /// The first bytes of a file, at most `count`; nil where it cannot be read.
  func head(of name: String, _ count: Int) -> Data? {
    if case .packed(let files, let folder) = place {
      return (try? files.bytes(of: Self.joined(folder, name), first: count)) ?? nil
    }
    return systemPath(of: name)?.head(count)
  }

  /// The error of a file that is not there.
  func missing(_ name: String) -> MVError { .missingInput(path(of: name), "does not exist", remedy: Self.remedy) }

  private static let remedy = "check the path, or download the data set again"

  /// Lists a folder; throws where it is missing or cannot be listed.
  func listing(of name: String) throws(MVError) -> Listing {
    switch place {
    case .packed(let files, let folder):
      guard let found = files.listing(of: Self.joined(folder, name)) else { throw missing(name) }
      return Listing(
        folders: found.folders.filter { !ImageNames.isPassedOver($0) },
        files: found.files.filter { $0.utf8.first != 0x2E },
        passedOver: found.folders.filter { ImageNames.isPassedOver($0) })
    case .gathered(let folders) where name.isEmpty:
      return Listing(folders: folders.keys.sorted().map(\.text))
    case .folder, .gathered:
      guard let path = systemPath(of: name) else { throw missing(name) }
      var listing = Listing()
      for entry in try path.entries() {
        switch entry.kind {
        case .folder where ImageNames.isPassedOver(entry.name): listing.passedOver.append(entry.name)
        case .folder: listing.folders.append(entry.name)
        case .nowhere where !ImageNames.isImage(entry.name): listing.nowhere.append(entry.name)
        case .file, .nowhere: listing.files.append(entry.name)
        }
      }
      return listing
    }
  }

  /// The non-empty lines of a text file, without spaces at their ends, with their numbers from 1.
  ///
  /// Throws where the file is missing, cannot be read, or is not UTF-8.
  func lines(of name: String) throws(MVError) -> [(number: Int, text: String)] {
    var bytes = try bytes(of: name)
    try TextEncoding.check(bytes, path(of: name))
    if bytes.starts(with: TextEncoding.mark) { bytes = bytes.dropFirst(TextEncoding.mark.count) }
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw .badData(path(of: name), "is not UTF-8 text", remedy: "download the data set again")
    }
    return Self.numbered(try WholeFile.lines(of: text, in: path(of: name)))
  }

  /// Lines without the blanks around them and without empty ones, with their numbers from 1.
  static func numbered(_ lines: [String]) -> [(number: Int, text: String)] {
    lines.enumerated().map { ($0.offset + 1, $0.element.trimmingCharacters(in: .whitespaces)) }
      .filter { !$0.1.isEmpty }
  }

  /// Adds a file, or the archive that holds it, to a fingerprint: its name, size and time, but not its content.
  func add(_ name: String, to fingerprint: inout Fingerprint) {
    let status: SystemPath.Status?
    if case .packed(let files, _) = place {
      let archive = URL(filePath: files.path)
      fingerprint.add("\(archive.lastPathComponent)/\(name)")
      status = files.status
    } else {
      fingerprint.add(name)
      status = self.status(of: name)
    }
    fingerprint.add("\(status?.size ?? -1)")
    fingerprint.add("\(status?.seconds ?? 0)")
  }

  /// Sorts by bytes, so that no locale changes the order of classes.
  static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The first part of a path, and the rest.
  static func split(_ path: String) -> (first: String, rest: String) {
    guard let slash = path.utf8.firstIndex(of: 0x2F) else { return (path, "") }
    return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty || name.isEmpty ? folder + name : "\(folder)/\(name)"
  }
}
