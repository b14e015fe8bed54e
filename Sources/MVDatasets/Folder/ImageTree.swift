internal import MVCore

/// A folder as images see it: those right in it, and its folders, each with all that is below it.
struct ImageTree: Sendable {
  /// The folder's own name.
  let name: String
  /// The images right in the folder, as paths below the root.
  let images: [String]
  /// The folders in it, sorted by the bytes of their names; folders without images too.
  let folders: [ImageTree]
  /// How many files here and below are not images.
  let others: Int
  /// Links here and below that lead nowhere, or back to a folder that they lie in.
  let badLinks: [String]
  /// Folders here and below that are hidden or of systems, which are not looked into.
  let passedOver: [String]
  /// How many images are here and below.
  let count: Int

  /// Lists `place` of `files` and all that is below it; where some of its folders are `chosen`, only those.
  ///
  /// Links to folders are followed, though not back to a folder above them. Throws where a folder cannot be listed.
  init(of files: FileTree, chosen: Set<ExactText>? = nil) throws(MVError) {
    try self.init(named: "", at: "", of: files, chosen, above: [])
  }

  private init(
    named name: String, at place: String, of files: FileTree, _ chosen: Set<ExactText>?, above: [[UInt64]]
  ) throws(MVError) {
    let listing = try files.listing(of: place)
    let prefix = place.isEmpty ? "" : place + "/"
    let above = above + (files.identity(of: place).map { [$0] } ?? [])
    var wanted = listing.folders
    if let chosen, wanted.contains(where: { chosen.contains(ExactText($0)) }) {
      wanted = wanted.filter { chosen.contains(ExactText($0)) }
    }
    var folders: [ImageTree] = []
    var badLinks = listing.nowhere.map { prefix + $0 }
    for folder in wanted {
      if let identity = files.identity(of: prefix + folder), above.contains(identity) {
        badLinks.append(prefix + folder)
      } else {
        folders.append(try ImageTree(named: folder, at: prefix + folder, of: files, chosen, above: above))
      }
    }
    self.name = name
    self.folders = folders
    images = listing.files.filter { ImageNames.isImage($0) }.map { prefix + $0 }
    others = listing.files.count - images.count + folders.reduce(0) { $0 + $1.others }
    passedOver = listing.passedOver.map { prefix + $0 } + folders.flatMap(\.passedOver)
    self.badLinks = badLinks + folders.flatMap(\.badLinks)
    count = images.count + folders.reduce(0) { $0 + $1.count }
  }

  /// The images here and below: those right in a folder, then those of its folders.
  var allImages: [String] { images + folders.flatMap(\.allImages) }
}
