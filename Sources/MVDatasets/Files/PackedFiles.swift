internal import Foundation
internal import MVCore
internal import MVFiles

/// The files of an archive, each a part of a file.
///
/// The files of a `.tar` that is not compressed are read where they are, so that a data set of millions of images is
/// one file that is read in large pieces. Of other archives, which can only be read from their start, they are unpacked
/// once into a nameless file in the folder for temporary files (`TMPDIR`), which vanishes with this object or the
/// process.
final class PackedFiles: Sendable {
  let path: String
  /// The size and time of the archive itself.
  let status: SystemPath.Status?
  /// The folders and files in each folder, sorted by bytes; "" is the top.
  private let folders: [ExactText: (folders: [String], files: [String])]
  private let stretches: [ExactText: Stretch]
  private let unpacked: Data
  /// The archive itself, where files are read in it: not by mapping, as it may be cut off, or its disk fail, meanwhile.
  private let archive: FileDescriptor?

  private enum Stretch {
    case unpacked(Range<Int>)
    case inArchive(Range<Int>)
  }

  /// Unpacks the archive; throws where it is damaged, holds no files or names that lead out of it, or there is no room
  /// for them.
  init(_ url: URL) throws(MVError) {
    path = url.path
    status = SystemPath(path).status
    let scratch = try ScratchFile()
    let reader = try ArchiveReader(url)
    var archive: FileDescriptor?
    var links: [(name: String, target: String)] = []
    var stretches: [ExactText: Stretch] = [:]
    var folderNames: Set<ExactText> = [ExactText("")]
    while let entry = try reader.next() {
      // Nothing is written by such a name, but it would be found nowhere, or in another folder than it says.
      if !entry.name.isEmpty { _ = try InnerPath.place(of: entry.name, in: url, from: path, isDeep: true) }
      if entry.isFolder { Self.addFolders(of: entry.name + "/x", to: &folderNames) }
      switch entry.link {
      case .hard(let target)?: links.append((entry.name, target))
      case .symbolic(let target)?: links.append((entry.name, Self.resolved(target, from: entry.name)))
      case nil: break
      }
      guard entry.isFile, !entry.name.isEmpty else { continue }
      if let stretch = entry.stretch {
        if archive == nil { archive = try FileDescriptor(path, flags: O_RDONLY) }
        guard stretch.upperBound <= status?.size ?? 0 else {
          throw .badData(path, "is cut off within \(entry.name)", remedy: "download it again")
        }
        stretches[ExactText(entry.name)] = .inArchive(stretch)
      } else {
        let start = scratch.count
        try reader.read { (piece) throws(MVError) in try scratch.append(piece) }
        stretches[ExactText(entry.name)] = .unpacked(start..<scratch.count)
      }
      Self.addFolders(of: entry.name, to: &folderNames)
    }
    // A link may stand before what it leads to, or lead to another.
    for _ in 0..<8 where !links.isEmpty {
      links.removeAll { link in
        guard let stretch = stretches[ExactText(link.target)] else { return false }
        stretches[ExactText(link.name)] = stretch
        Self.addFolders(of: link.name, to: &folderNames)
        return true
      }
    }
    guard !stretches.isEmpty else {
      throw .badData(path, "holds no files", remedy: "download it again")
    }
    unpacked = try scratch.map()
    self.archive = archive
    self.stretches = stretches
    var folders = Dictionary(uniqueKeysWithValues: folderNames.map { ($0, (folders: [String](), files: [String]())) })
    for name in folderNames where !name.text.isEmpty {
      let (parent, last) = Self.split(name.text)
      folders[ExactText(parent)]?.folders.append(last)
    }
    for name in stretches.keys {
      let (parent, last) = Self.split(name.text)
      folders[ExactText(parent)]?.files.append(last)
    }
    self.folders = folders.mapValues { (FileTree.sorted($0.folders), FileTree.sorted($0.files)) }
  }

  /// The folders and files in a folder, sorted by bytes; nil where there is no such folder.
  func listing(of folder: String) -> (folders: [String], files: [String])? { folders[ExactText(folder)] }

  /// Whether there is such a file.
  func contains(_ name: String) -> Bool { stretches[ExactText(name)] != nil }

  /// The bytes of a file, or the first of them; nil where there is no such file.
  ///
  /// Throws where the archive cannot be read any more.
  func bytes(of name: String, first count: Int = .max) throws(MVError) -> Data? {
    switch stretches[ExactText(name)] {
    case .unpacked(let range)?:
      return unpacked[unpacked.startIndex + range.lowerBound..<unpacked.startIndex + range.upperBound].prefix(count)
    case .inArchive(let range)?:
      guard let archive else { return nil }
      let wanted = min(range.count, count)
      let bytes = try archive.read(wanted, at: range.lowerBound)
      guard bytes.count == wanted else {
        throw .badData(path, "was cut short while it was read", remedy: "restore the file")
      }
      return Data(bytes)
    case nil: return nil
    }
  }

  /// Where a symbolic link in an archive leads to, from the archive's top.
  private static func resolved(_ target: String, from name: String) -> String {
    var parts = target.hasPrefix("/") ? [] : split(name).parent.split(separator: "/").map(String.init)
    for part in target.split(separator: "/").map(String.init) where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  /// Adds every folder above `name`.
  private static func addFolders(of name: String, to folders: inout Set<ExactText>) {
    var parent = split(name).parent
    while !parent.isEmpty, folders.insert(ExactText(parent)).inserted { parent = split(parent).parent }
  }

  private static func split(_ name: String) -> (parent: String, last: String) {
    guard let slash = name.utf8.lastIndex(of: 0x2F) else { return ("", name) }
    return (String(name[..<slash]), String(name[name.utf8.index(after: slash)...]))
  }
}
