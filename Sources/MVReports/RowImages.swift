internal import Foundation
public import MVCore
public import MVDatasets
internal import MVImaging
public import MVStore

/// The images behind the rows of a feature file.
public struct RowImages: Sendable {
  /// Where the images come from.
  public let source: any ImageSource
  /// A notice for the user on how well source and file match; nil where their fingerprints are equal.
  public let notice: String?
  private let places: [String: [Int]]
  private let splits: [String: SourceSplit]

  /// Matches the rows of splits of `file` with images of `source`, by id and label.
  ///
  /// The source may lie elsewhere, or have images of another size, than the one the file was made from. Throws where an
  /// id of the file is missing in it or has another label: then it is another data set.
  public init(_ source: any ImageSource, matching file: FeatureFile, splits names: [String]) throws(MVError) {
    self.source = source
    notice =
      source.contents.hasImages(of: file.description.fingerprint)
      ? nil
      : "images are taken from \(source.contents.location): the ids and labels are those of the file, though it was made "
        + "from another copy or size, or before these files were last written"
    var places: [String: [Int]] = [:]
    var splits: [String: SourceSplit] = [:]
    for name in Set(names).sorted() {
      let stored = try file[name]
      // A row of crops is shown by the image that the crop was cut out of.
      let base = source.splits.contains { $0.name == name } ? nil : CropSplit.base(of: name)
      let split = try source.split(base ?? name)
      let ids = stored.ids
      var found: [Int] = []
      found.reserveCapacity(ids.count)
      var numbers: [ExactText: Int]?
      for row in 0..<ids.count {
        let id = ids[row]
        if row < split.count, split.ids.matches(ids, at: row, row) {
          found.append(row)
          continue
        }
        // Parts of a data set, in another order: by name.
        let table = numbers ?? split.ids.places
        numbers = table
        guard let number = table[ExactText(id)] else {
          throw .usage(
            source.contents.location, "is another data set: \(file.url.path) has the image \(id) in \(name)",
            remedy: "give the source that the file was extracted from")
        }
        found.append(number)
      }
      if let row = found.indices.first(where: { !Self.agree(stored.labels, $0, split.labels, found[$0]) }) {
        throw .usage(
          source.contents.location, "is another data set: \(ids[row]) in \(name) has another label in \(file.url.path)",
          remedy: "give the source that the file was extracted from")
      }
      places[name] = found
      splits[name] = split
    }
    self.places = places
    self.splits = splits
  }

  /// Reads the image of one row of a split, as numbered in the file.
  ///
  /// Throws where the split was not matched or has no such row, and where the image cannot be read.
  public func image(_ row: Int, of split: String) throws(MVError) -> Image {
    guard let places = places[split], let from = splits[split], places.indices.contains(row) else {
      throw .usage("row \(row) of \(split)", "has no image", remedy: "choose a row of a split that was matched")
    }
    return try source.images(places[row]..<places[row] + 1, of: from)[0]
  }

  private static func agree(_ left: Labels, _ row: Int, _ right: Labels, _ other: Int) -> Bool {
    switch (left, right) {
    case (.single(let left), .single(let right)): left[row] == right[other]
    case (.multi(let left, let width), .multi(let right, let classes)):
      width == classes && left[row * width..<(row + 1) * width] == right[other * width..<(other + 1) * width]
    default: false
    }
  }
}

extension RowImages {
  /// The images of the source that `file` records, if ids and labels still match; otherwise the reason.
  ///
  /// A file may name any place, so that of another user is not followed: `user` is the number of this one, by default
  /// that of the process.
  public static func recorded(
    in file: FeatureFile, splits: [String], user: UInt32? = nil
  ) -> Result<RowImages, MVError> {
    let description = file.description
    do throws(MVError) {
      try RecordedSource.check(file, isOf: user)
      let source = try RecordedSource(of: description).open(fingerprint: description.fingerprint).get()
      return .success(try RowImages(source, matching: file, splits: splits))
    } catch { return .failure(error) }
  }

  /// The images of the source that `request` names, brought to the size that the file records and turned as it says.
  ///
  /// Files of version 0.1 record less: there the images as they are go first, where they are what the file was made
  /// from. Throws where they cannot be opened, or are another data set.
  public init(_ request: SourceRequest, matching file: FeatureFile, splits: [String]) throws(MVError) {
    let description = file.description
    var request = request
    request.joinedSplits = description.joinedSplits
    if let recorded = try description.source(as: SourceRequest.self) {
      request.framing = recorded.framing
      request.crop = recorded.crop
      request.decoding = recorded.decoding
      if request.kind == recorded.kind, request.splitNames.isEmpty, request.place.count == 1 {
        request.layout = recorded.layout
      }
      try self.init(try request.open(), matching: file, splits: splits)
      return
    }
    for guess in RecordedSource.guesses(request, size: description.imageSize) {
      let source = try guess.open()
      guard source.contents.hasImages(of: description.fingerprint) else { continue }
      try self.init(source, matching: file, splits: splits)
      return
    }
    request.size = description.imageSize
    try self.init(try request.open(), matching: file, splits: splits)
  }
}
