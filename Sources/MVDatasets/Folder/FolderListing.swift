internal import Foundation
internal import MVCore

/// What stands in a folder of images: split folders, class folders, image files; hidden files are passed over.
struct FolderListing {
  /// What torchvision's image folders accept.
  static let extensions: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]
  /// Folder names that are splits, in the order in which splits are listed.
  static let splitNames = ["train", "val", "valid", "validation", "test", "unlabeled"]

  let folders: [URL]
  let images: [URL]
  let others: [URL]

  /// Lists one folder, each kind sorted by name as Python sorts.
  init(_ folder: URL) throws(MVError) {
    let entries: [URL]
    do {
      entries = try FileManager.default.contentsOfDirectory(
        at: folder, includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
    } catch { throw .inputOutput(folder.path, "cannot be listed", remedy: "check its permissions") }
    var folders: [URL] = []
    var images: [URL] = []
    var others: [URL] = []
    for entry in entries {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: entry.path, isDirectory: &isFolder)
      if isFolder.boolValue {
        folders.append(entry)
      } else if Self.extensions.contains(entry.pathExtension.lowercased()) {
        images.append(entry)
      } else {
        others.append(entry)
      }
    }
    self.folders = Self.sorted(folders)
    self.images = Self.sorted(images)
    self.others = Self.sorted(others)
  }

  /// Every image below `folder`, at any depth, and the files that are none.
  static func allImages(below folder: URL) throws(MVError) -> (images: [URL], others: [URL]) {
    let listing = try FolderListing(folder)
    var images = listing.images
    var others = listing.others
    for inner in listing.folders {
      let below = try allImages(below: inner)
      images += below.images
      others += below.others
    }
    return (images, others)
  }

  /// Sorted by the bytes of the name, so that no locale changes the order of classes.
  private static func sorted(_ urls: [URL]) -> [URL] {
    urls.sorted { $0.lastPathComponent.utf8.lexicographicallyPrecedes($1.lastPathComponent.utf8) }
  }
}
