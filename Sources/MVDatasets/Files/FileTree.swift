internal import Foundation
internal import MVCore
internal import MVFiles

/// The files of a data set: in a folder, or in an archive that is read in place.
struct FileTree: Sendable {
  private enum Place: Sendable {
    case folder(URL)
    case packed(PackedFiles, folder: String)
  }

  private let place: Place
  /// The place of the files, as messages name it.
  let path: String

  /// Opens a folder or an archive; throws where there is neither, with `hint` as the remedy.
  init(_ url: URL, hint: String) throws(MVError) {
    let isFolder = try InputPath.isFolder(url, remedy: hint)
    path = url.path
    if isFolder {
      place = .folder(url.standardizedFileURL)
    } else if ArchiveReader.suffixes.contains(where: { url.path.lowercased().hasSuffix($0) }) {
      place = .packed(try PackedFiles(url), folder: "")
    } else {
      throw .badData(url.path, "is neither a folder nor an archive", remedy: hint)
    }
  }

  private init(_ place: Place, path: String) {
    self.place = place
    self.path = path
  }

  /// The first of the named inner folders that exists, or this folder; names may contain slashes.
  func entering(_ names: [String]) -> FileTree {
    for name in names where containsFolder(name) {
      switch place {
      case .folder(let url): return FileTree(.folder(url.appending(path: name)), path: path(of: name))
      case .packed(let files, let folder):
        return FileTree(.packed(files, folder: Self.joined(folder, name)), path: path(of: name))
      }
    }
    return self
  }

  /// The place of a file, as messages name it.
  func path(of name: String) -> String { "\(path)/\(name)" }

  /// Whether there is a file of this name.
  func contains(_ name: String) -> Bool {
    switch place {
    case .folder(let url):
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: url.appending(path: name).path, isDirectory: &isFolder)
        && !isFolder.boolValue
    case .packed(let files, let folder): return files.bytes(of: Self.joined(folder, name)) != nil
    }
  }

  /// Whether there is a folder of this name.
  func containsFolder(_ name: String) -> Bool {
    switch place {
    case .folder(let url):
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: url.appending(path: name).path, isDirectory: &isFolder)
        && isFolder.boolValue
    case .packed(let files, let folder): return files.folders[Self.joined(folder, name)] != nil
    }
  }

  /// The bytes of a file, mapped where possible; throws where it is missing or cannot be read.
  func bytes(of name: String) throws(MVError) -> Data {
    switch place {
    case .folder(let url):
      return try WholeFile.bytes(of: url.appending(path: name), remedy: Self.remedy)
    case .packed(let files, let folder):
      guard let bytes = files.bytes(of: Self.joined(folder, name)) else { throw missing(name) }
      return bytes
    }
  }

  /// The error of a file that is not there.
  func missing(_ name: String) -> MVError { .missingInput(path(of: name), "does not exist", remedy: Self.remedy) }

  private static let remedy = "check the path, or download the data set again"

  /// Lists the folders and files in a folder, without hidden ones, each sorted by bytes as Python sorts.
  ///
  /// Throws where the folder is missing or cannot be listed.
  func listing(of name: String) throws(MVError) -> (folders: [String], files: [String]) {
    switch place {
    case .folder(let url):
      let listing = try FolderListing(url.appending(path: name))
      return (
        listing.folders.map(\.lastPathComponent),
        Self.sorted((listing.images + listing.others).map(\.lastPathComponent))
      )
    case .packed(let files, let folder):
      guard let found = files.folders[Self.joined(folder, name)] else { throw missing(name) }
      return (found.folders.filter { !$0.hasPrefix(".") }, found.files.filter { !$0.hasPrefix(".") })
    }
  }

  /// The non-empty lines of a text file, without spaces at their ends, with their numbers from 1.
  ///
  /// Throws where the file is missing, cannot be read, or is not UTF-8.
  func lines(of name: String) throws(MVError) -> [(number: Int, text: String)] {
    guard let text = String(data: try bytes(of: name), encoding: .utf8) else {
      throw .badData(path(of: name), "is not UTF-8 text", remedy: "download the data set again")
    }
    return Self.numbered(WholeFile.lines(of: text))
  }

  /// Lines without the blanks around them and without empty ones, with their numbers from 1.
  static func numbered(_ lines: [String]) -> [(number: Int, text: String)] {
    lines.enumerated().map { ($0.offset + 1, $0.element.trimmingCharacters(in: .whitespaces)) }
      .filter { !$0.1.isEmpty }
  }

  /// Adds a file, or the archive that holds it, to a fingerprint.
  func add(_ name: String, to fingerprint: inout Fingerprint) {
    switch place {
    case .folder(let url): fingerprint.add(file: url.appending(path: name), named: name)
    case .packed(let files, _):
      let url = URL(filePath: files.path)
      fingerprint.add(file: url, named: "\(url.lastPathComponent)/\(name)")
    }
  }

  /// Sorts by bytes, so that no locale changes the order of classes.
  static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func joined(_ folder: String, _ name: String) -> String {
    folder.isEmpty || name.isEmpty ? folder + name : "\(folder)/\(name)"
  }
}
