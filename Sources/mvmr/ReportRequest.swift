internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVDatasets
internal import MVEvaluation
internal import MVFiles
internal import MVPages
internal import MVReports
internal import MVStore

/// What `--report` and `--images` ask for: a page in a folder, or metrics in a file.
struct ReportRequest {
  static let options: [Argument] = [
    .option(
      "report", "DIR",
      "write the page DIR/report.html; a name that ends in .csv or .json is a file for the metrics alone",
      output: .streamOrFolder(["csv", "json"])),
    .option(
      "images", "SOURCE", "images for the page, as extract takes them", default: "those that the file was made from",
      takes: .source),
  ]

  private enum Target {
    case page(ReportFolder)
    case metrics(URL)
  }

  private let target: Target
  private let arguments: ParsedArguments
  private let file: FeatureFile
  private let pair: EvaluationPair
  private let names: [String]
  private let folds: Folds?
  private let images: RowImages?
  private let reason: String

  /// What the arguments ask for; nil where they ask for no page.
  ///
  /// Throws where the page could not be written, or the images are those of
  /// another data set, so that no work is lost.
  init?(
    _ arguments: ParsedArguments, kind: String, _ pair: EvaluationPair, of file: FeatureFile, _ names: [String],
    folds: Folds? = nil
  ) throws(MVError) {
    guard let path = arguments["report"] else {
      guard !arguments.has("images") else { throw .usage("--images", "is for a page", remedy: "give --report DIR") }
      return nil
    }
    self.arguments = arguments
    self.pair = pair
    self.file = file
    self.names = names
    self.folds = folds
    if [".csv", ".json"].contains(where: { path.lowercased().hasSuffix($0) }) {
      target = .metrics(URL(filePath: path))
      (images, reason) = (nil, "")
      return
    }
    target = .page(try ReportFolder(URL(filePath: path), kind: kind))
    let splits =
      switch pair {
      case .splits(let train, let test): [train.name, test.name]
      case .single(let all): [all.name]
      }
    if let source = arguments["images"] {
      images = try RowImages(try SourceRequest(parsing: source), matching: file, splits: splits)
      reason = ""
    } else {
      switch RowImages.recorded(in: file, splits: splits) {
      case .success(let found): (images, reason) = (found, "")
      case .failure(let error):
        (images, reason) = (nil, "\(error.place) \(error.reason). Give them by --images SOURCE.")
      }
    }
    if let notice = images?.notice { Terminal.note("\(notice)") }
    if images == nil { Terminal.note("the page will show no images: \(reason)") }
  }

  /// Throws where the page could not be written; to be called before the work, once nothing else is refused.
  func prepare() throws(MVError) { if case .page(let folder) = target { try folder.prepare() } }

  /// Writes the metrics, or the page: scores, map and gallery.
  func write(_ output: EvaluationOutput) throws(MVError) {
    switch target {
    case .metrics(let url):
      let bytes = url.pathExtension.lowercased() == "json" ? try output.json() : Data(try output.csv().utf8)
      try AtomicFile.write(bytes, to: url)
    case .page(let folder):
      var page = EvaluationPage(
        title: "\(output.title): \(names.joined(separator: " + ")) of \(file.dataset)", kind: folder.kind, file: file,
        representations: names, pair: pair, heldOut: output.heldOut, folds: folds?.count, settings: output.settings,
        command: Provenance.commandLine, software: Provenance.versions)
      try output.scores(&page)
      try Job("map", unit: "steps").run { (job) throws(MVError) in
        try page.addMap(cancellation: job.cancellation, progress: job.progress)
      }
      try Job("gallery", unit: "images").run { (job) throws(MVError) in
        try page.addGallery(images, reason: reason, cancellation: job.cancellation, progress: job.progress)
      }
      try folder.write(page.page)
      Terminal.message("report: \(folder.page.path)")
    }
  }
}
