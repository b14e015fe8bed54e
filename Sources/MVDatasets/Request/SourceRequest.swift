public import MVCore
internal import MVFiles
public import MVImaging

/// A source of images as a value: which data set, where it is, and what is done to its images when they are read.
///
///     var request = try SourceRequest(parsing: "cifar10:data/cifar")
///     request.size = ImageSize(height: 64, width: 64)
///     let source = try request.open()
///
/// A feature file records the request that its images came from, so that other programs find them again.
public struct SourceRequest: Hashable, Sendable, CustomStringConvertible {
  /// How an image that covers ``size`` is cut to it.
  public enum Crop: String, Hashable, Sendable, Codable, CaseIterable {
    /// The middle is kept.
    case center
  }

  /// The name of one of ``kinds``.
  public var kind: String
  /// What stands after the colon, as it was written: a folder, a folder and a list of classes, files, or a number.
  public var place: [String]
  /// The absolute paths of the files and folders in ``place``; empty where it names none.
  public var paths: [String]
  /// The split that each folder in ``place`` is; empty where the folder itself shows its splits.
  public var splitNames: [String] = []
  /// What the folders in a folder of images mean; nil where that is seen from how they lie.
  public var layout: FolderLayout?
  /// The size that images are brought to, by scaling them to cover it and a crop; nil for their own.
  ///
  /// ``stretches`` scales them to it as they are, whatever their proportions.
  public var size: ImageSize?
  /// What the shorter side is scaled to before the crop; nil scales an image to just cover ``size``.
  public var resize: Int?
  /// How pixels are weighted when an image is scaled.
  public var interpolation = Resampling.bilinear
  /// Whether images are scaled whatever their proportions: to a square of ``resize``, or to ``size`` itself.
  public var stretches = false
  /// What is kept of an image that covers ``size``.
  public var crop = Crop.center
  /// How image files are decoded.
  public var decoding = Decoding()
  /// Splits to make out of others, such as `train+unlabeled`.
  public var joinedSplits: [String] = []
  /// How many images of each split are drawn, spread over its classes; nil for all.
  public var limit: Int?
  /// What the channels of every image are normalized by, last of all.
  public var normalization = ImageStatistics.none

  /// ``size``, ``resize``, ``interpolation`` and ``stretches`` together; nil where images keep their size.
  public var framing: Framing? {
    get { size.map { Framing($0, resize: resize, interpolation: interpolation, stretches: stretches) } }
    set {
      (size, resize) = (newValue?.size, newValue?.resize)
      (interpolation, stretches) = (newValue?.interpolation ?? .bilinear, newValue?.stretches ?? false)
    }
  }

  /// Names a source; throws a usage error where `kind` is unknown, or `place` is not what it takes.
  ///
  /// With `splitNames`, which `folder` alone takes, each place is the folder of the split of that name. Relative paths
  /// are those of the working folder.
  public init(kind: String, place: [String], splitNames: [String] = []) throws(MVError) {
    self.kind = kind
    self.place = place
    self.splitNames = splitNames
    paths = []
    let form = try checkedKind().form
    if form.namesFiles { paths = place.map { SystemPath.absolute($0) } }
  }

  /// Reads `KIND:WHERE`, for example `cifar10:data/cifar` or `synthetic:2000`.
  ///
  /// Throws a usage error that lists the kinds, or says what the kind takes.
  public init(parsing text: String) throws(MVError) {
    let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let written = sides.count == 2 ? sides[1] : ""
    guard let kind = SourceRequest.kinds.first(where: { $0.name == sides[0] }) else {
      throw SourceRequest.unknownKind(text)
    }
    let parts = kind.form.parts(of: written)
    try self.init(kind: kind.name, place: parts.place, splitNames: parts.splits)
  }

  /// `kind:place`, as it was written.
  public var description: String {
    let parts = splitNames.count == place.count ? zip(splitNames, place).map { "\($0)=\($1)" } : place
    return parts.isEmpty ? kind : "\(kind):\(parts.joined(separator: ","))"
  }

  /// Where the source may be now, the likeliest first: at its absolute paths, and as written from the working folder
  /// and from `folder`.
  public func candidates(near folder: String) -> [SourceRequest] {
    guard !paths.isEmpty else { return [self] }
    var found: [SourceRequest] = []
    for place in [paths, place, place.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }] {
      var request = self
      request.place = place
      request.paths = place.map { SystemPath.absolute($0) }
      if !found.contains(where: { $0.paths == request.paths }) { found.append(request) }
    }
    return found
  }
}
