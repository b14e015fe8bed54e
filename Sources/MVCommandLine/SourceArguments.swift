public import MVCore
public import MVDatasets
public import MVImaging

/// The arguments of a command that opens a source.
public enum SourceArguments {
  /// How image files are decoded, as every command that decodes some takes it.
  public static let decoding: [Argument] = [
    .flag("exif", "turn images upright as their EXIF orientation says; torchvision does not"),
    .choice(
      "sixteen-bits", of: Decoding.SixteenBits.self,
      "how images of 16 bits a channel are taken; round: value / 257; pillow: as Pillow's convert", default: .refuse),
    .choice(
      "alpha", of: Decoding.Alpha.self, "what becomes of transparency; drop: colors as stored, as Pillow's convert",
      default: .drop),
    .option(
      "max-pixels", "N", "the most pixels that an image file may have, looked at before memory is taken for them",
      default: "\(Decoding.usualPixelLimit)"),
  ]

  /// `--size`, `--layout` and how images are decoded, as every command that opens a source takes them.
  public static let options: [Argument] =
    [
      .option("size", "HxW", "bring images to this size: cover it, cut out the centre"),
      .option("resize", "N", "scale the shorter side to N before the cut", default: "so that --size is just covered"),
      .flag("stretch", "scale images to --size, or to a square of --resize, whatever their proportions"),
      .choice(
        "interpolation", of: Resampling.self, "how images are scaled, antialiased as in Pillow", default: .bilinear),
      .choice(
        "layout", of: FolderLayout.self,
        "what the folders of folder:DIR are; flat: none means anything, and images have no labels. "
          + "Without it that is seen from how they lie"),
      .choice(
        "decode", of: Decoding.Method.self,
        "how image files are decoded; exact: the whole, with Pillow's bytes; fast: of a JPEG no more than is needed",
        default: .exact),
    ] + decoding

  /// What the arguments ask for: the source that `text` names, and the options given.
  ///
  /// `size` and `splits` stand in where `--size` and `--split` are not given; splits with a `+` are made out of others.
  /// Throws a usage error where a value is not possible.
  public static func request(
    _ text: String, _ arguments: ParsedArguments, size: ImageSize? = nil, splits: [String] = []
  ) throws(MVError) -> SourceRequest {
    var request = try SourceRequest(parsing: text)
    request.size = size
    return try completing(request, arguments, splits: splits)
  }

  /// The images that a run has used, now at the place that `text` names.
  ///
  /// They are brought to their size, decoded and chosen as they were, but for what the options say otherwise.
  /// Throws a usage error where a value is not possible.
  public static func moved(
    _ text: String, from recorded: SourceRequest, _ arguments: ParsedArguments, splits: [String] = []
  ) throws(MVError) -> SourceRequest {
    var request = try SourceRequest(parsing: text)
    (request.framing, request.decoding) = (recorded.framing, recorded.decoding)
    (request.limit, request.normalization) = (recorded.limit, recorded.normalization)
    request.joinedSplits = recorded.joinedSplits
    if request.kind == recorded.kind, request.splitNames.isEmpty, request.place.count == 1 {
      request.layout = recorded.layout
    }
    return try completing(request, arguments, splits: splits)
  }

  /// A request with what the options ask for put in; what they leave out stays.
  ///
  /// Throws a usage error where a value is not possible.
  public static func completing(
    _ request: SourceRequest, _ arguments: ParsedArguments, splits: [String] = []
  ) throws(MVError) -> SourceRequest {
    var request = request
    if let size = arguments["size"] { request.size = try ImageSize(parsing: size) }
    if let side = try arguments.int("resize", in: 1...65536) { request.resize = side }
    if arguments.has("stretch") { request.stretches = true }
    if let kernel = try arguments.choice("interpolation", as: Resampling.self) { request.interpolation = kernel }
    if let layout = try arguments.choice("layout", as: FolderLayout.self) { request.layout = layout }
    for name in ["exif", "decode", "sixteen-bits", "alpha"] where arguments.has(name) && !request.holdsImageFiles {
      throw .usage("--\(name)", "is for image files, of which \(request) has none", remedy: "leave it out")
    }
    if let method = try arguments.choice("decode", as: Decoding.Method.self) { request.decoding.method = method }
    request.decoding = try decoding(arguments, from: request.decoding)
    let chosen = arguments.has("split") ? arguments.all("split") : splits
    for name in chosen where name.contains("+") && !request.joinedSplits.contains(name) {
      request.joinedSplits.append(name)
    }
    if let statistics = try arguments.choice("normalize", as: ImageStatistics.self) {
      request.normalization = statistics
    }
    return request
  }

  /// A way of decoding with what the options of ``decoding`` ask for put in; what they leave out stays.
  ///
  /// Throws a usage error where a value is not possible.
  public static func decoding(_ arguments: ParsedArguments, from given: Decoding = Decoding()) throws(MVError)
    -> Decoding
  {
    var decoding = given
    if arguments.has("exif") { decoding.honorsOrientation = true }
    if let bits = try arguments.choice("sixteen-bits", as: Decoding.SixteenBits.self) { decoding.sixteenBits = bits }
    if let alpha = try arguments.choice("alpha", as: Decoding.Alpha.self) { decoding.alpha = alpha }
    if let limit = try arguments.int("max-pixels", in: 1...1 << 40) { decoding.pixelLimit = limit }
    return decoding
  }

  /// Opens the source that the arguments ask for, and tells its notices on stderr.
  ///
  /// Throws as ``request(_:_:size:splits:)`` and `SourceRequest.open` do.
  public static func open(_ text: String, _ arguments: ParsedArguments) throws(MVError) -> any ImageSource {
    try open(try request(text, arguments))
  }

  /// Opens a source and tells its notices on stderr; throws as `SourceRequest.open` does.
  public static func open(_ request: SourceRequest) throws(MVError) -> any ImageSource {
    open(try request.open())
  }

  /// Tells the notices of a source on stderr, and returns it.
  public static func open(_ source: any ImageSource) -> any ImageSource {
    source.contents.notices.forEach(Terminal.note)
    return source
  }
}
