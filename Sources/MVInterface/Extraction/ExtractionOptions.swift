internal import CInterface
internal import Foundation
internal import MVCore
internal import MVDatasets
internal import MVExtraction
internal import MVFiles
internal import MVImaging
internal import MVRepresentations
internal import MVStore

/// What a caller asks of an extraction, as `mvmr extract` reads it from its command line.
struct ExtractionOptions {
  let extraction: Extraction
  /// What is worth telling of the source.
  let notices: [String]

  static let keys = [
    "source", "output", "representations", "splits", "dtype", "jobs", "limit", "shard", "compress", "skip_bad_images",
    "overwrite", "sync_interval", "software", "size", "resize", "stretch", "interpolation", "layout", "exif",
    "decode", "sixteen_bits", "alpha", "normalize",
  ]

  /// Reads the options and opens the source; throws where one cannot be, or the source cannot be opened.
  init(_ json: UnsafePointer<CChar>?) throws {
    let options = try Options(json, "options", keys: Self.keys)
    guard let output = try options.text("output") else {
      throw Refusal(MVMR_INVALID_ARGUMENT, "output", "is not given", remedy: "name the feature file to write")
    }
    var configuration = ExtractionConfiguration()
    configuration.representations = try (options.texts("representations") ?? []).map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
    configuration.splits = try options.texts("splits") ?? []
    configuration.element = try options.choice("dtype", as: ElementType.self)
    configuration.jobs = try threads(Int32(options.whole("jobs", in: 0...1024) ?? 0))
    let source = try Self.request(options, splits: configuration.splits).open()
    var notices = source.contents.notices
    var extraction = try Extraction(configuration, from: source, to: URL(filePath: output))
    if let text = try options.text("shard") {
      extraction.shard = try ShardNumber.asked(text, environment: ProcessInfo.processInfo.environment) {
        notices.append($0)
      }
    }
    self.notices = notices
    extraction.compress = try options.flag("compress")
    extraction.skipBadImages = try options.flag("skip_bad_images")
    extraction.overwrite = try options.flag("overwrite")
    if let seconds = try options.number("sync_interval") {
      guard (0...3600).contains(seconds) else {
        throw options.refusal("sync_interval", .double(seconds), "0 to 3600 seconds")
      }
      extraction.syncInterval = .seconds(seconds)
    }
    extraction.software = try Self.software(options)
    self.extraction = extraction
  }

  /// The source that is asked for: as on the command line, or as a feature file has it recorded.
  private static func request(_ options: Options, splits: [String]) throws -> SourceRequest {
    var request: SourceRequest
    switch options["source"] {
    case .string(let text)?: request = try SourceRequest(parsing: text)
    case .pairs(let recorded)?:
      guard let read = CanonicalJSON.value(SourceRequest.self, from: CanonicalJSON.text(recorded)) else {
        throw Refusal(
          MVMR_INVALID_ARGUMENT, "source of options", "is no recorded source", remedy: "write for example folder:DIR")
      }
      request = read
    case let value?: throw options.refusal("source", value, "a text such as folder:DIR")
    case nil:
      throw Refusal(MVMR_INVALID_ARGUMENT, "source", "is not given", remedy: "name one, such as folder:DIR")
    }
    for key in ["decode", "sixteen_bits", "alpha"] where options[key] != nil && !request.holdsImageFiles {
      throw Self.refusal(key, request)
    }
    if let size = try options.text("size") { request.size = try ImageSize(parsing: size) }
    if let side = try options.whole("resize", in: 1...65536) { request.resize = side }
    if try options.flag("stretch") { request.stretches = true }
    if let kernel = try options.choice("interpolation", as: Resampling.self) { request.interpolation = kernel }
    if let layout = try options.choice("layout", as: FolderLayout.self) { request.layout = layout }
    if try options.flag("exif") {
      guard request.holdsImageFiles else { throw Self.refusal("exif", request) }
      request.decoding.honorsOrientation = true
    }
    if let method = try options.choice("decode", as: Decoding.Method.self) { request.decoding.method = method }
    if let bits = try options.choice("sixteen_bits", as: Decoding.SixteenBits.self) {
      request.decoding.sixteenBits = bits
    }
    if let alpha = try options.choice("alpha", as: Decoding.Alpha.self) { request.decoding.alpha = alpha }
    for name in splits where name.contains("+") && !request.joinedSplits.contains(name) {
      request.joinedSplits.append(name)
    }
    if let statistics = try options.choice("normalize", as: ImageStatistics.self) { request.normalization = statistics }
    // Part of the source, which tells what was drawn and records it.
    if let limit = try options.whole("limit", in: 1...Int.max) { request.limit = limit }
    return request
  }

  /// The error for an option that would change nothing.
  private static func refusal(_ key: String, _ request: SourceRequest) -> Refusal {
    Refusal(
      MVMR_INVALID_ARGUMENT, key, "is for image files, of which \(request) has none", remedy: "leave it out")
  }

  /// What is recorded of the software: versions, and what the caller adds.
  private static func software(_ options: Options) throws(Refusal) -> [String: String] {
    var software = [
      "mvmr": Version.text, "opencv": Imaging.libraryVersion,
      "system": ProcessInfo.processInfo.operatingSystemVersionString,
    ]
    guard let given = options["software"] else { return software }
    guard case .pairs(let values) = given else { throw options.refusal("software", given, "an object of texts") }
    for (key, value) in values {
      guard case .string(let text) = value, !key.isEmpty else {
        throw options.refusal("software", given, "an object of texts")
      }
      software[key] = text
    }
    return software
  }
}
