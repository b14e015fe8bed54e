internal import Foundation
public import MVCore
internal import MVFiles

/// What an option makes at the place that it names; a place where that cannot be is refused before the work.
public enum OutputKind: Codable, Hashable, Sendable {
  /// A file whose name may end in one of these, written whole or not at all.
  case file(_ endings: [String])
  /// A file that may be a pipe or a device as well, such as `/dev/stdout`.
  case stream(_ endings: [String])
  /// A folder.
  case folder
  /// A file that may be a pipe where the name has one of these endings, else a folder.
  case streamOrFolder(_ endings: [String])
  /// A file where the name has one of these endings, else a folder; it may be an input, which is then replaced.
  case fileOrFolder(_ endings: [String])

  /// The endings of a feature file.
  public static let featureFile = OutputKind.file(["h5", "hdf5", "hdf", "he5"])

  /// The endings of formats, which promise what is in a file.
  private static let formats: Set<String> = [
    "arrow", "bmp", "bz2", "ckpt", "csv", "doc", "docx", "feather", "gif", "gz", "h5", "hdf", "hdf5", "he5", "htm",
    "html", "jpeg", "jpg", "json", "jsonl", "log", "mat", "md", "npy", "npz", "onnx", "parquet", "pdf", "pickle", "pkl",
    "png", "probe", "pt", "pth", "safetensors", "svg", "tar", "tex", "tgz", "tif", "tiff", "tsv", "txt", "webp", "xls",
    "xlsx", "xml", "xz", "yaml", "yml", "zip",
  ]

  /// Whether the name asks for a file.
  func isFile(_ path: String) -> Bool {
    switch self {
    case .file, .stream: true
    case .folder: false
    case .streamOrFolder(let endings), .fileOrFolder(let endings): endings.contains(Self.ending(of: path))
    }
  }

  private var endings: [String] {
    switch self {
    case .file(let endings), .stream(let endings), .streamOrFolder(let endings), .fileOrFolder(let endings): endings
    case .folder: []
    }
  }

  /// What shells propose for it.
  var proposal: Proposal { self == .folder ? .folder : .file }

  private var mayBeStream: Bool {
    switch self {
    case .stream, .streamOrFolder: true
    default: false
    }
  }

  /// Whether the output may be a file that is read, too.
  var mayBeInput: Bool { if case .fileOrFolder = self { true } else { false } }

  private static func ending(of path: String) -> String { URL(filePath: path).pathExtension.lowercased() }

  /// Throws where nothing of this kind can be written at `path`; `option` names it in errors of its own.
  public func check(_ path: String, option: String) throws(MVError) {
    guard !path.isEmpty else { throw .usage(option, "names no place", remedy: "see --help") }
    if mayBeStream, isFile(path), OutputPath.isStream(path) { return }
    let place = try OutputPath.target(of: path)
    var status = stat()
    let exists = stat(place, &status) == 0
    let isFolder = exists && status.st_mode & S_IFMT == S_IFDIR
    if isFile(path) {
      try checkEnding(of: path, option)
      try checkEnding(ofTarget: place, of: path, option)
      guard !isFolder else {
        throw .usage(path, "is not a file: a folder stands there", remedy: "name a file for \(option)")
      }
      guard !exists || status.st_mode & S_IFMT == S_IFREG else {
        throw .usage(path, "is not a file: a device or a pipe stands there", remedy: "name a file for \(option)")
      }
      if exists { try Self.checkAccess(place, W_OK, path, "is write-protected") }
      try Self.checkFolder(of: place, path, missing: false)
    } else {
      guard !exists || isFolder else {
        throw .usage(path, "is a file, and \(option) makes a folder", remedy: "name a folder")
      }
      if !exists { try checkEnding(of: path, option) }
      if isFolder {
        try Self.checkAccess(place, W_OK | X_OK, path, "cannot be written into")
      } else {
        try Self.checkFolder(of: place, path, missing: true)
      }
    }
  }

  /// Throws where the name ends like a format that is not written.
  private func checkEnding(of path: String, _ option: String) throws(MVError) {
    let ending = Self.ending(of: path)
    guard Self.formats.contains(ending), !endings.contains(ending), !path.hasSuffix("/") else { return }
    let written = endings.first.map { "FILE.\($0)" }
    switch self {
    case .file, .stream:
      throw .usage(
        path, "ends in .\(ending), which is not what \(option) writes", remedy: "name \(written ?? "a file")")
    case .folder, .streamOrFolder, .fileOrFolder:
      throw .usage(
        path, "ends in .\(ending), and \(option) makes a folder of that name",
        remedy: "name \(written.map { "\($0), or " } ?? "")a folder; a / at the end says that one is meant")
    }
  }

  /// Throws where a link leads to a file that does not end like what is written: a checkpoint, an image, a list.
  private func checkEnding(ofTarget target: String, of path: String, _ option: String) throws(MVError) {
    guard target != path, !endings.isEmpty, !endings.contains(Self.ending(of: target)) else { return }
    throw .usage(
      path, "leads to \(target), which does not end like what \(option) writes",
      remedy: "name the file itself, or another place")
  }

  /// Throws where the folder of `place` is not there, or nothing can be made in it.
  ///
  /// With `missing` it may be missing: it is made, and the first folder above it that is there counts.
  private static func checkFolder(of place: String, _ path: String, missing: Bool) throws(MVError) {
    var folder = URL(filePath: place).deletingLastPathComponent().path
    var status = stat()
    while stat(folder, &status) != 0 {
      guard [ENOENT, ENOTDIR].contains(errno) else { throw FileDescriptor.failure(path, "cannot be written", errno) }
      guard missing || errno == ENOTDIR, folder != "/" else {
        throw .missingInput(path, "cannot be written: its folder is not there", remedy: "create the folder first")
      }
      folder = URL(filePath: folder).deletingLastPathComponent().path
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .usage(path, "cannot be written: \(folder) is not a folder", remedy: "name another place")
    }
    try checkAccess(folder, W_OK | X_OK, path, "cannot be written: its folder is write-protected")
  }

  private static func checkAccess(
    _ place: String, _ mode: Int32, _ path: String, _ problem: String
  ) throws(MVError) {
    guard access(place, mode) == 0 else { throw FileDescriptor.failure(path, problem, errno) }
  }
}
