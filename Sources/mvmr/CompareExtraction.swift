internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVExtraction
internal import MVImaging
internal import MVRepresentations
internal import MVStore

/// The features of a source that `mvmr compare` was given: extracted once, and found by the next call.
struct CompareExtraction {
  /// Images larger than this, or of different sizes, are brought to ``usualSize``.
  private static let largestSide = 128
  private static let usualSize = ImageSize(height: 96, width: 96)

  private let request: SourceRequest
  private let arguments: ParsedArguments
  private let output: URL

  /// Whether `text` names a source, and no file of that name is there.
  static func isSource(_ text: String) -> Bool {
    guard !FileManager.default.fileExists(atPath: text), let colon = text.firstIndex(of: ":") else {
      return SourceRequest.kinds.contains { $0.name == text } && !FileManager.default.fileExists(atPath: text)
    }
    return SourceRequest.kinds.contains { $0.name == text[..<colon] }
  }

  init(_ text: String, _ arguments: ParsedArguments) throws(MVError) {
    self.arguments = arguments
    request = try SourceArguments.request(text, arguments)
    let place = request.place.first.map { URL(filePath: $0).standardizedFileURL.lastPathComponent } ?? request.kind
    let stem = request.paths.isEmpty && !request.place.isEmpty ? "\(request.kind)-\(place)" : place
    output = URL(filePath: arguments["output"] ?? "\(stem).h5")
  }

  /// Makes what is missing of the feature file, and returns where it is.
  ///
  /// Throws where the source cannot be opened or has no labels, and where the file is of other images.
  func run() throws(MVError) -> URL {
    if let size = try sizeOfFinished() {
      Terminal.message("note: \(output.relativePath) holds the features of these images\(size)")
      return output
    }
    let source = try opened()
    let splits = try EvaluationSplits(
      of: source.splits.map { .init($0.name, $0.labels) }, place: source.contents.location,
      train: arguments["train-split"], test: arguments["test-split"])
    guard case .single = try source.split(splits.train).labels else {
      throw .badData(
        source.contents.location, "has several classes an image, and compare takes one",
        remedy: "extract it, and run mvmr probe on each representation")
    }
    let shape = try source.split(splits.train).shape
    var extraction = Extraction(of: try representations(for: shape), from: source, to: output)
    extraction.splits = [splits.train] + (splits.test.map { [$0] } ?? [])
    extraction.skipBadImages = arguments.has("skip-bad-images")
    extraction.overwrite = arguments.has("overwrite")
    extraction.software = Provenance.software
    Terminal.message("note: features go into \(output.relativePath); the next call finds them there")
    let summary = try Job("extract", unit: "images").run { [extraction] (job) throws(MVError) in
      try extraction.run(cancellation: job.cancellation, progress: job.progress, notice: Terminal.note)
    }
    summary.notices.forEach(Terminal.note)
    for image in summary.skipped { Terminal.message("left out: \(image.id): \(image.reason)") }
    return output
  }

  /// Wider rows take gigabytes, and more time than a comparison is worth: they are sketched to ``sketchedColumns``.
  private static let mostColumns = 16_384
  private static let sketchedColumns = 4096

  /// The representations that are asked for by name; none where the usual ones are.
  static func specifications(_ arguments: ParsedArguments) throws(MVError) -> [RepresentationSpecification] {
    try arguments.all("representation").map { (text) throws(MVError) in
      try RepresentationSpecification(parsing: text)
    }
  }

  private func representations(for shape: ImageShape) throws(MVError) -> [NamedRepresentation] {
    var specifications = try Self.specifications(arguments)
    if specifications.isEmpty {
      specifications = try Catalogue.standard.defaults.map { (usual) throws(MVError) in
        let columns = try usual.make().layout(for: shape).count
        guard columns > Self.mostColumns else { return usual }
        Terminal.message(
          "note: \(usual.name) has \(columns) values an image: a random projection to \(Self.sketchedColumns) is kept")
        return RepresentationSpecification(name: usual.name, settings: ["sketch": .int(Self.sketchedColumns)])
      }
    }
    try RepresentationSpecification.checkStoredNames(of: specifications)
    return try specifications.map { (specification) throws(MVError) in
      NamedRepresentation(try specification.make(), as: specification.storedName)
    }
  }

  /// In words the size of the images, where the file is there, whole, and of the images that are asked for.
  private func sizeOfFinished() throws(MVError) -> String? {
    guard !arguments.has("overwrite"), FileManager.default.fileExists(atPath: output.path),
      let file = try? FeatureFile(reading: output)
    else { return nil }
    let description = file.description
    guard description.isComplete, let recorded = try description.source(as: SourceRequest.self),
      recorded.kind == request.kind, recorded.paths == request.paths,
      !request.paths.isEmpty || recorded.place == request.place,
      request.size == nil || recorded.framing == request.framing,
      recorded.honorsOrientation == request.honorsOrientation
    else { return nil }
    for specification in try Self.specifications(arguments) {
      let settings = try specification.make().settingValues
      let plan = file.representations.first { $0.name == specification.storedName }
      guard plan?.representation == specification.name, plan?.settings == settings else { return nil }
    }
    let source = try recorded.open()
    guard source.contents.hasImages(of: description.fingerprint) else { return nil }
    return recorded.size.map { ", at \($0)" } ?? ""
  }

  /// The source, its images brought to one size where they have several or are large.
  private func opened() throws(MVError) -> any ImageSource {
    let source = try SourceArguments.open(request)
    guard request.size == nil else { return source }
    var resized = request
    resized.size = Self.usualSize
    let survey = ImageSurvey(of: source, splits: source.splits)
    guard let reason = reasonToResize(source, survey) else { return source }
    survey.notices.forEach(Terminal.note)
    Terminal.message("note: \(reason): they are brought to \(Self.usualSize); --size HxW chooses another size")
    return try resized.open()
  }

  /// Why the images need a size; nil where they can be taken as they are.
  private func reasonToResize(_ source: any ImageSource, _ survey: ImageSurvey) -> String? {
    let shapes = source.splits.map(\.shape)
    if shapes.contains(where: { max($0.height, $0.width) > Self.largestSide }) { return "images are large" }
    return Set(shapes).count > 1 || survey.differing > 0 ? "images differ in size" : nil
  }
}
