internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVExtraction
internal import MVFiles
internal import MVImaging
internal import MVReports
internal import MVRepresentations
internal import MVStore

/// The features of a source that `mvmr compare` was given: extracted once, and found by the next call.
struct CompareExtraction {
  /// Images larger than this, or of different sizes, are brought to ``usualSize``.
  private static let largestSide = 128
  private static let usualSize = ImageSize(height: 96, width: 96)

  private let arguments: ParsedArguments
  /// Where the features go, or are.
  let output: URL
  private let work: Work
  private let notices: [String]
  /// Whether its images have several classes each.
  let isMultiLabel: Bool

  /// What is to be done.
  private enum Work {
    case nothing(FeatureFile)
    case extract(Extraction)
  }

  /// Whether `text` names a source, and no file of that name is there.
  static func isSource(_ text: String) -> Bool {
    guard !FileManager.default.fileExists(atPath: text), let colon = text.firstIndex(of: ":") else {
      return SourceRequest.kinds.contains { $0.name == text } && !FileManager.default.fileExists(atPath: text)
    }
    return SourceRequest.kinds.contains { $0.name == text[..<colon] }
  }

  /// Opens the source, and finds what is missing of its feature file.
  ///
  /// Throws where the source cannot be opened or has no labels, or the file is of other images.
  init(_ text: String, _ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    var request = try SourceArguments.request(text, arguments)
    request.limit = try arguments.int("limit", in: 1...Int.max)
    let place = request.place.first.map { URL(filePath: $0).standardizedFileURL.lastPathComponent } ?? request.kind
    let stem = request.paths.isEmpty && !request.place.isEmpty ? "\(request.kind)-\(place)" : place
    let output = URL(filePath: arguments["output"] ?? "\(stem).h5")
    self.output = output
    // Of a name that the user did not give, no link is followed.
    if !arguments.has("output") {
      try AtomicFile.check([output.lastPathComponent], in: output.deletingLastPathComponent())
    }
    if let file = try Self.finished(output, request, arguments) {
      let recorded = try file.description.source(as: SourceRequest.self)
      let size = recorded?.size.map { ", at \($0)" } ?? ""
      notices = ["\(output.relativePath) holds the features of these images\(size)"]
      work = .nothing(file)
      let splits = try EvaluationSplits(of: file, train: arguments["train-split"], test: arguments["test-split"])
      isMultiLabel = try file[splits.train].labels.isMultiLabel
      return
    }
    let (source, told) = try Self.opened(request)
    if let page = arguments["report"] {
      try ImagesPlace.check(page, option: "--report", apartFrom: source.contents)
    }
    let splits = try EvaluationSplits(
      of: source, train: arguments["train-split"], test: arguments["test-split"])
    isMultiLabel = try source.split(splits.train).labels.isMultiLabel
    if isMultiLabel, splits.test == nil {
      throw .usage(
        "split \(splits.train)", "is the only one with labels, and has several classes an image",
        remedy: "name one to score by --test-split")
    }
    let shape = try source.split(splits.train).shape
    let (representations, sketched) = try Self.representations(arguments, for: shape)
    var extraction = Extraction(of: representations, from: source, to: output)
    extraction.splits = [splits.train] + (splits.test.map { [$0] } ?? [])
    extraction.skipBadImages = arguments.has("skip-bad-images")
    extraction.overwrite = arguments.has("overwrite")
    extraction.software = Provenance.software
    work = .extract(extraction)
    notices = told + sketched + ["features go into \(output.relativePath); the next call finds them there"]
  }

  /// Makes what is missing of the feature file, and returns it.
  ///
  /// Throws where an image cannot be read, or the file cannot be written or is of other images.
  func run() throws(MVError) -> FeatureFile {
    notices.forEach(Terminal.note)
    guard case .extract(let extraction) = work else {
      return try FeatureFile(reading: output)
    }
    let summary = try Job("extract", unit: "images").run { [extraction] (job) throws(MVError) in
      try extraction.run(cancellation: job.cancellation, progress: job.progress, notice: Terminal.note)
    }
    summary.notices.forEach(Terminal.note)
    for image in summary.skipped { Terminal.leftOut(image.id, image.reason) }
    return try FeatureFile(reading: output)
  }

  /// The representations that are asked for by name; none where the usual ones are.
  private static func specifications(
    _ arguments: ParsedArguments
  ) throws(MVError) -> [RepresentationSpecification] {
    try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
  }

  private static func representations(
    _ arguments: ParsedArguments, for shape: ImageShape
  ) throws(MVError) -> ([NamedRepresentation], notices: [String]) {
    var specifications = try specifications(arguments)
    var notices: [String] = []
    if specifications.isEmpty {
      for usual in Catalogue.standard.defaults {
        let columns = try usual.make().layout(for: shape).count
        guard columns > WideRows.mostColumns else {
          specifications.append(usual)
          continue
        }
        notices.append(
          "\(usual.name) has \(columns) values an image, of which a probe takes minutes: a random projection to "
            + "\(WideRows.sketchedColumns) is kept")
        specifications.append(
          RepresentationSpecification(name: usual.name, settings: ["sketch": .int(WideRows.sketchedColumns)]))
      }
    }
    try RepresentationSpecification.checkStoredNames(of: specifications)
    let named = try specifications.map { (specification) throws(MVError) in
      NamedRepresentation(try specification.make(), as: specification.storedName)
    }
    return (named, notices)
  }

  /// The file at `output`, where it is there, whole, and of the images that are asked for.
  private static func finished(
    _ output: URL, _ request: SourceRequest, _ arguments: ParsedArguments
  ) throws(MVError) -> FeatureFile? {
    guard !arguments.has("overwrite"), FileManager.default.fileExists(atPath: output.path),
      let file = try? FeatureFile(reading: output)
    else { return nil }
    let description = file.description
    guard description.isComplete, let recorded = try description.source(as: SourceRequest.self),
      recorded.kind == request.kind, recorded.paths == request.paths,
      !request.paths.isEmpty || recorded.place == request.place,
      request.size == nil || recorded.framing == request.framing, request.limit == recorded.limit,
      request.layout == nil || recorded.layout == request.layout,
      recorded.decoding == request.decoding
    else { return nil }
    for specification in try specifications(arguments) {
      let settings = try specification.make().settingValues
      let plan = file.representations.first { $0.name == specification.storedName }
      guard plan?.representation == specification.name, plan?.settings == settings else { return nil }
    }
    let source = try recorded.open()
    guard source.contents.hasImages(of: description.fingerprint) else { return nil }
    return file
  }

  /// The source, its images brought to one size where they have several or are large, and what is told of it.
  private static func opened(_ request: SourceRequest) throws(MVError) -> (any ImageSource, notices: [String]) {
    let source = try request.open()
    guard request.size == nil else { return (source, source.contents.notices) }
    let survey = ImageSurvey(of: source, splits: source.splits)
    guard let reason = reasonToResize(source, survey) else { return (source, source.contents.notices) }
    var resized = request
    resized.size = usualSize
    let brought = "\(reason): they are brought to \(usualSize); --size HxW chooses another size"
    return (try resized.open(), source.contents.notices + [brought])
  }

  /// Why the images need a size; nil where they can be taken as they are.
  private static func reasonToResize(_ source: any ImageSource, _ survey: ImageSurvey) -> String? {
    let shapes = source.splits.map(\.shape)
    if shapes.contains(where: { max($0.height, $0.width) > largestSide }) { return "images are large" }
    return Set(shapes).count > 1 || survey.differing > 0 ? "images differ in size" : nil
  }
}

extension Labels {
  /// Whether rows may have several classes.
  var isMultiLabel: Bool { if case .multi = self { true } else { false } }
}
