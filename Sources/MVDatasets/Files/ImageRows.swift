internal import MVCore

/// Image files, split by split, as they become the rows of a source.
struct ImageRows: Sendable {
  /// One split: the images and, by the same place, the number of each one's class, -1 where it has none.
  struct Split: Sendable {
    let name: String
    var ids: [String] = []
    var labels: [Int64] = []

    mutating func append(_ id: String, _ label: Int64) {
      ids.append(id)
      labels.append(label)
    }
  }

  var splits: [Split] = []

  /// What a source of these images holds.
  ///
  /// `labeled` says that labels come from a list, which then is part of the fingerprint. Throws where there are no
  /// images, or none of a split can be read.
  func contents(
    name: String, location: String, classNames: [String], files: ImageFiles, labeled: Bool, notices: [String]
  ) throws(MVError) -> SourceContents {
    var fingerprint = Fingerprint()
    var made: [SourceSplit] = []
    for split in splits where !split.ids.isEmpty {
      for (id, label) in zip(split.ids, split.labels) {
        files.tree.add(id, to: &fingerprint)
        if labeled { fingerprint.add("\(label)") }
      }
      made.append(
        SourceSplit(
          name: split.name, shape: try files.shape(of: split.ids), labels: .single(split.labels), ids: split.ids))
    }
    guard !made.isEmpty else {
      throw .missingInput(
        location, "holds no images",
        remedy: "images are \(ImageNames.extensions.sorted().joined(separator: " ")) files in class folders")
    }
    files.addSettings(to: &fingerprint)
    return SourceContents(
      name: name, location: location, classNames: classNames, splits: made, fingerprint: fingerprint.text,
      notices: notices)
  }
}
