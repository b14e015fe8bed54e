internal import CKernels
public import MVCore
public import MVRepresentations
internal import Synchronization

/// What every representation must do, as checks that any test can run.
///
/// They need no test framework: each failure is a value that says in words what was broken.
///
///     @Test func gaborKeepsItsPromises() throws {
///       #expect(try RepresentationChecks(of: Gabor.self).run() == [])
///     }
///
/// Every representation of this package passes them. A check may run for seconds, and one runs at a time in a process:
/// ``Check/instructionSetsAgree`` changes for a moment the instruction set that all kernels of this package use.
public struct RepresentationChecks: Sendable {
  /// The name in the catalogue.
  public let name: String
  /// The images that are described.
  public let images: [ImageBatch]
  let entry: Catalogue.Entry
  let catalogue: Catalogue

  private static let turn = Mutex(())

  /// Prepares the checks of a representation, whether or not it is in a catalogue.
  ///
  /// Throws a usage error where its name or a name of its settings cannot stand in a specification, and for `images` as
  /// ``init(of:in:images:)`` does.
  public init<Checked: Representation>(
    of representation: Checked.Type, images: [ImageBatch] = CheckImages.batches
  ) throws(MVError) {
    try self.init(of: Checked.name, in: try Catalogue().adding(representation), images: images)
  }

  /// Prepares the checks of the representation called `name` in `catalogue`.
  ///
  /// Throws a usage error where there is none, and where `images` is empty or has a batch of fewer than two images.
  public init(
    of name: String, in catalogue: Catalogue, images: [ImageBatch] = CheckImages.batches
  ) throws(MVError) {
    entry = try catalogue.entry(named: name)
    guard !images.isEmpty, images.allSatisfy({ $0.count >= 2 && $0.shape.count > 0 }) else {
      throw .usage("images to check with", "are too few", remedy: "give batches of two different images or more")
    }
    self.name = name
    self.catalogue = catalogue
    self.images = images
  }

  /// Runs every check and returns what failed; empty where the representation keeps all promises.
  public func run() -> [Failure] { Check.allCases.flatMap { failures(of: $0) } }

  /// Runs every check and throws one error that lists what failed.
  public func require() throws(MVError) {
    let failures = run()
    guard !failures.isEmpty else { return }
    throw .badData(
      "representation \(name)",
      "failed \(failures.count) checks: \(failures.map(\.description).joined(separator: "; "))",
      remedy: "see what MVRepresentationChecks says of each")
  }

  /// Runs one check and returns what failed.
  public func failures(of check: Check) -> [Failure] {
    Self.turn.withLock { _ in
      var log = CheckLog(check: check, representation: name)
      let variants = check.isOfRows ? variants(&log) : []
      for (specification, representation) in variants {
        log.representation = specification
        log.attempt { (log) throws(MVError) in try checkRows(check, of: representation, &log) }
      }
      if !check.isOfRows { log.attempt { (log) throws(MVError) in try checkEntry(check, &log) } }
      return log.failures
    }
  }

  /// The representation with its defaults, as it is and as a sketch, with the specification of each.
  private func variants(_ log: inout CheckLog) -> [(String, any Representation)] {
    var variants: [(String, any Representation)] = []
    log.attempt { (log) throws(MVError) in
      let plain = try entry.make()
      variants.append((name, plain))
      // A sketch has at most as many columns as the row.
      let columns = try batches(for: plain).map { (batch) throws(MVError) in try plain.layout(for: batch.shape).count }
      let specification = "\(name):sketch=\(min(32, columns.min() ?? 0)),sketch_seed=5"
      guard columns.allSatisfy({ $0 > 0 }), !columns.isEmpty else { return }
      let sketch = try RepresentationSpecification(parsing: specification, in: catalogue)
      variants.append((specification, try sketch.make(in: catalogue)))
    }
    return variants
  }

  private func checkRows(
    _ check: Check, of representation: some Representation, _ log: inout CheckLog
  ) throws(MVError) {
    switch check {
    case .rowsHaveThePromisedShape: try checkShape(of: representation, &log)
    case .batchesAndThreadsDoNotMatter: try checkBatchesAndThreads(of: representation, &log)
    case .imagesStayAsTheyAre: try checkImagesStay(representation, &log)
    case .emptyBatchesHaveNoRows: try checkEmptyBatch(of: representation, &log)
    case .pixelsThatAreNotFiniteAreRefused: checkPixelsThatAreNotFinite(representation, &log)
    case .buffersOfAnotherSizeAreRefused: try checkBuffers(of: representation, &log)
    case .picturesAreWorthLookingAt: try checkPictures(of: representation, &log)
    case .instructionSetsAgree: try checkInstructionSets(of: representation, &log)
    default: break
    }
  }

  private func checkEntry(_ check: Check, _ log: inout CheckLog) throws(MVError) {
    switch check {
    case .namesAndHelpAreComplete: checkNamesAndHelp(&log)
    case .floatPixelsAreTakenOrRefusedInWords: checkFloatPixels(try entry.make(), &log)
    case .tooSmallImagesNameTheSetting: try checkTooSmallImages(&log)
    case .settingsSurviveJSONAndText: try checkSettingsSurvive(&log)
    case .settingsOutOfRangeAreRefused: checkSettingsOutOfRange(&log)
    case .everySettingIsRead: try checkEverySetting(&log)
    case .sketchesAreOfTheRowAndOfItsSettings: try checkSketches(&log)
    default: break
    }
  }

  /// The batches whose pixels `representation` takes.
  func batches(for representation: some Representation) -> [ImageBatch] {
    images.filter { batch in
      if case .float32 = batch.pixels { return type(of: representation).takesFloatPixels }
      return true
    }
  }

  /// The first of the largest 8-bit images: what settings are tried on.
  var largestImage: Image {
    let bytes = images.filter { if case .uint8 = $0.pixels { true } else { false } }
    return (bytes.isEmpty ? images : bytes).reduce(images[0]) { $1.shape.count > $0.shape.count ? $1 : $0 }[0]
  }

  /// All rows of `images`, one after another; what is not written stays NaN.
  func rows(of representation: some Representation, _ images: ImageBatch) throws(MVError) -> [Float] {
    let count = try representation.layout(for: images.shape).count
    var values = [Float](repeating: .nan, count: images.count * count)
    var span = values.mutableSpan
    try representation.compute(images, into: &span)
    return values
  }
}
