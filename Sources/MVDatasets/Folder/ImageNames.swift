internal import Foundation
internal import MVCore

/// The names that mean something in a folder of images.
enum ImageNames {
  /// The extensions that torchvision's image folders accept.
  static let extensions: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]

  /// Whether a name ends as that of an image.
  static func isImage(_ name: String) -> Bool {
    // By bytes: a combining mark before or behind the dot makes another character of it.
    let bytes = Array(name.utf8)
    guard let dot = bytes.lastIndex(of: 0x2E), dot > 0, bytes[dot - 1] != 0x2F else { return false }
    return extensions.contains(String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased())
  }

  /// A name without its extension.
  static func stem(_ name: String) -> String {
    let bytes = Array(name.utf8)
    guard isImage(name), let dot = bytes.lastIndex(of: 0x2E) else { return name }
    return String(decoding: bytes[..<dot], as: UTF8.self)
  }

  /// Folders that systems, network drives and programs put beside images, in small letters.
  private static let systemFolders: Set<String> = [
    "@eadir", "__macosx", "__pycache__", "lost+found", "$recycle.bin", "system volume information", "#recycle",
    "#snapshot", "@tmp",
  ]

  /// Whether a folder is hidden, or one that systems make: it is no class and no split.
  static func isPassedOver(_ folder: String) -> Bool {
    folder.utf8.first == 0x2E || systemFolders.contains(folder.lowercased())
  }

  /// The splits, in the order in which they are listed.
  private static let splits = ["train", "val", "valid", "validation", "test", "unlabeled"]
  /// Other names of the same.
  private static let otherSplits = [
    "training": "train", "dev": "val", "eval": "val", "evaluation": "val", "testing": "test", "unlabelled": "unlabeled",
  ]

  /// The split that a folder of this name usually is, in letters of any case; nil for all other names.
  static func split(_ folder: String) -> String? {
    let name = folder.lowercased()
    return splits.contains(name) ? name : otherSplits[name]
  }

  /// The place of a split in lists; those of other names come last.
  static func rank(_ split: String) -> Int { splits.firstIndex(of: split) ?? splits.count }
}
