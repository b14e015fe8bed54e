internal import Foundation
internal import MVCore

/// The contents of a folder of images: folders, image files and other files, without hidden ones.
struct FolderListing {
  /// The extensions that torchvision's image folders accept.
  static let extensions: Set<String> = ["jpg", "jpeg", "png", "ppm", "bmp", "pgm", "tif", "tiff", "webp"]
  /// The folder names that mean splits, in the order in which splits are listed.
  static let splitNames = ["train", "val", "valid", "validation", "test", "unlabeled"]

  let folders: [URL]
  let images: [URL]
  let others: [URL]

  /// Lists one folder, each kind sorted by bytes of the name, as Python sorts; throws where it cannot be listed.
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

  /// All images below `folder`, at any depth, and all files that are not images; throws where a folder cannot be
  /// listed.
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

  /// Sorts by the bytes of the name, so that no locale changes the order of classes.
  private static func sorted(_ urls: [URL]) -> [URL] {
    urls.sorted { $0.lastPathComponent.utf8.lexicographicallyPrecedes($1.lastPathComponent.utf8) }
  }
}
