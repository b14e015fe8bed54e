internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVImaging
internal import MVReports
internal import MVStore
internal import MVTraining

/// What feature files and checkpoints know of the images that they were made of, where the command line leaves it out.
enum RememberedSource {
  /// The source that `path` records, wherever it is now.
  ///
  /// Throws where there is none, where it cannot be opened, and where the file is of another user.
  static func request(recordedIn path: String) throws(MVError) -> SourceRequest {
    let file = try FeatureFile(reading: URL(filePath: path))
    try RecordedSource.check(file)
    let description = file.description
    let found = try RecordedSource(of: description).open(fingerprint: description.fingerprint).get()
    guard let request = found.contents.request else {
      throw .usage("SOURCE", "is missing, and \(path) does not record it", remedy: "name the images")
    }
    Terminal.note("images of \(request), which \(path) was made of")
    return request
  }

  /// Throws a usage error where the options would give a run that goes on other pixels than it began with.
  static func checkPixels(of request: SourceRequest, as recorded: SourceRequest) throws(MVError) {
    guard request.decoding == recorded.decoding, request.framing == recorded.framing else {
      let words = [recorded.framing.map { "\($0)" } ?? "their own size"] + recorded.decoding.words
      throw .usage(
        "source \(request)",
        "would be decoded or framed otherwise than the run began: \(words.joined(separator: ", "))",
        remedy: "leave those options out, or start another run")
    }
  }

  /// Completes a request by what the feature files record of a source of the same kind, and says so.
  ///
  /// Says, too, where the images are framed or decoded otherwise than those that a file was made of.
  static func complete(
    _ request: inout SourceRequest, from paths: [String], _ arguments: ParsedArguments
  ) throws(MVError) {
    for path in paths {
      let description = try FeatureFile(reading: URL(filePath: path)).description
      guard let recorded = try description.source(as: SourceRequest.self) else { continue }
      if recorded.kind == request.kind {
        let taken = try complete(&request, by: recorded, arguments)
        if !taken.isEmpty { Terminal.note("\(taken.joined(separator: ", ")) as in \(path)") }
      }
      if request.decoding != recorded.decoding, request.holdsImageFiles, recorded.holdsImageFiles {
        let (own, theirs) = (request.decoding.words, recorded.decoding.words)
        Terminal.note(
          "\(path) was made of images decoded otherwise: \(theirs.isEmpty ? "as by Pillow" : theirs.joined(separator: ", "))"
            + ", here \(own.isEmpty ? "as by Pillow" : own.joined(separator: ", ")); "
            + remedy(["exif", "decode", "sixteen-bits", "alpha"], arguments))
      }
      if let own = request.framing, let theirs = recorded.framing ?? keptSize(description, like: own),
        usual(own) != usual(theirs)
      {
        Terminal.note(
          "the network sees images of \(own), \(path) was made of images of \(theirs); "
            + remedy(["size", "resize", "stretch", "interpolation"], arguments))
      }
    }
  }

  /// A framing without a resize that says what goes without saying.
  private static func usual(_ framing: Framing) -> Framing {
    var framing = framing
    if framing.resize == framing.size.height, framing.resize == framing.size.width { framing.resize = nil }
    return framing
  }

  /// How images and a feature file come to be the same again, by leaving out what was given of `options`.
  private static func remedy(_ options: [String], _ arguments: ParsedArguments) -> String {
    let given = options.filter { arguments.has($0) }.map { "--\($0)" }
    let leave = given.isEmpty ? "" : "leave \(given.joined(separator: ", ")) out, or "
    return "where both are to be the same, \(leave)make the file again of such images"
  }

  /// Takes what `recorded` says and the request leaves open; returns it in words.
  private static func complete(
    _ request: inout SourceRequest, by recorded: SourceRequest, _ arguments: ParsedArguments
  ) throws(MVError) -> [String] {
    var taken: [String] = []
    if let size = recorded.size, request.size == nil {
      request.framing = recorded.framing
      // What else was asked for goes before.
      request = try SourceArguments.completing(request, arguments)
      taken.append("the size \(recorded.framing.flatMap { $0 == request.framing ? "\($0)" : nil } ?? "\(size)")")
    }
    taken += request.completeDecoding(by: recorded, arguments)
    if let limit = recorded.limit, request.limit == nil {
      request.limit = limit
      taken.append("the limit of \(limit) images")
    }
    if let layout = recorded.layout, request.layout == nil, request.splitNames.isEmpty, request.place.count == 1 {
      request.layout = layout
      taken.append("the layout \(layout.rawValue)")
    }
    return taken
  }

  /// The framing of images that kept their size, as the settings of an extraction record that.
  ///
  /// They were not scaled: of how they would have been, it says what `other` says.
  private static func keptSize(_ description: FeatureFileDescription, like other: Framing) -> Framing? {
    guard case .int(let height) = description.settings["height"], case .int(let width) = description.settings["width"]
    else { return nil }
    return Framing(
      ImageSize(height: height, width: width), interpolation: other.interpolation, stretches: other.stretches)
  }

  /// Opens the images for a trained encoder: brought to the size that it was trained on, unless another is asked for.
  ///
  /// Without `text` they are those that it was trained on. Throws where they are not known or cannot be opened.
  static func open(
    _ text: String?, _ arguments: ParsedArguments, for embedder: Embedder, from checkpoint: URL
  ) throws(MVError) -> any ImageSource {
    var request: SourceRequest
    if let text {
      request = try SourceArguments.request(text, arguments)
    } else {
      request = try trainedOn(embedder, checkpoint, arguments)
    }
    if let source = embedder.source, text != nil {
      let taken = request.completeDecoding(by: source, arguments)
      if !taken.isEmpty { Terminal.note("\(taken.joined(separator: ", ")) as in training") }
    }
    guard let shape = embedder.imageShape else { return try SourceArguments.open(request) }
    let trained = ImageSize(height: shape.height, width: shape.width)
    if let size = request.size {
      if size != trained {
        Terminal.note("the network was trained on images of \(trained), these are brought to \(size)")
      }
      return try SourceArguments.open(request)
    }
    if embedder.source?.size == nil {
      let source = try request.open()
      let isTrained =
        source.splits.allSatisfy { $0.shape.height == trained.height && $0.shape.width == trained.width }
        && ImageSurvey(of: source, splits: source.splits).differing == 0
      if isTrained { return SourceArguments.open(source) }
    }
    if let framing = embedder.source?.framing, framing.size == trained {
      request.framing = framing
    } else {
      request.size = trained
    }
    request = try SourceArguments.completing(request, arguments)
    Terminal.note("images are brought to \(trained), the size in training; --size says it otherwise")
    return try SourceArguments.open(request)
  }

  /// The images that the encoder was trained on, with what the command line says of them.
  private static func trainedOn(
    _ embedder: Embedder, _ checkpoint: URL, _ arguments: ParsedArguments
  ) throws(MVError) -> SourceRequest {
    guard let source = embedder.source else {
      throw .usage("SOURCE", "is missing, and \(checkpoint.path) does not record it", remedy: "name the images")
    }
    var first: MVError?
    for candidate in source.candidates(near: checkpoint.deletingLastPathComponent().path) {
      do throws(MVError) {
        try RecordedInputs.check("images of \(candidate)", at: candidate.paths, namedBy: checkpoint.path)
        _ = try candidate.open()
        Terminal.note("images of \(candidate), which the network was trained on")
        return try SourceArguments.completing(candidate, arguments)
      } catch { first = first ?? error }
    }
    throw first ?? .usage("SOURCE", "is missing", remedy: "name the images")
  }
}

extension SourceRequest {
  /// Takes what another request says of decoding and this one leaves open; returns it in words.
  fileprivate mutating func completeDecoding(by recorded: SourceRequest, _ arguments: ParsedArguments) -> [String] {
    var taken: [String] = []
    if recorded.decoding.honorsOrientation, !decoding.honorsOrientation {
      decoding.honorsOrientation = true
      taken.append("the EXIF orientation")
    }
    if recorded.decoding.method != decoding.method, !arguments.has("decode") {
      decoding.method = recorded.decoding.method
      taken.append("decoding \(decoding.method.rawValue)")
    }
    if recorded.decoding.sixteenBits != decoding.sixteenBits, !arguments.has("sixteen-bits") {
      decoding.sixteenBits = recorded.decoding.sixteenBits
      taken.append("16 bits by \(decoding.sixteenBits.rawValue)")
    }
    if recorded.decoding.alpha != decoding.alpha, !arguments.has("alpha") {
      decoding.alpha = recorded.decoding.alpha
      taken.append("transparency over \(decoding.alpha.rawValue)")
    }
    return taken
  }
}
