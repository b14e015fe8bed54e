public import MVCore
public import MVDatasets
public import MVEvaluation
internal import MVImaging
internal import MVNetworks

/// The images of fine-tuning: those that keep their labels, a part of them held out, and those that are scored once.
public struct FinetuneData: Sendable {
  /// The classes, by name; empty where the source does not say.
  public let classNames: [String]
  /// The number of classes.
  public let classes: Int
  /// Which images keep their labels.
  public let labels: LabelChoice
  /// What is worth telling, one line each.
  public let notices: [String]
  /// How the images are opened; nil where that is not known.
  public let origin: TrainingOrigin?
  let images: TrainingData
  /// The places in ``images`` that are learnt from, and those that choose the best epoch.
  let learnt: [Int]
  let heldOut: [Int]
  let fingerprint: String
  private let source: any ImageSource
  /// The split to score at the end; nil where there is none.
  let test: SourceSplit?

  /// The number of images that are learnt from.
  public var count: Int { learnt.count }

  /// Chooses among the images of `splits`; `labels` says which keep their labels.
  ///
  /// Throws where rows have several classes, where the subset cannot be chosen, and where an image or a list cannot be
  /// read.
  public init(
    of source: any ImageSource, splits: EvaluationSplits, labels: LabelChoice, heldOut part: Double, seed: Int
  ) throws(MVError) {
    let subset = try labels.subset()
    let split = try source.split(splits.train)
    guard case .single(let all) = split.labels else {
      throw .badData(
        "labels of \(split.name)", "hold several classes a row", remedy: "use a data set with one class a row")
    }
    let usable = all.indices.filter { all[$0] >= 0 }
    var notices = splits.notices
    let rows: [Int]
    if let subset {
      rows = try subset.rows(of: all, among: usable, name: split.name) { split.ids }
      let kinds = try subset.kinds(among: split.ids).map(\.words)
      let read = kinds.isEmpty ? "" : ", listed by \(kinds.joined(separator: " and "))"
      notices.append("\(rows.count) of \(usable.count) images of \(split.name) keep their labels\(read)")
    } else {
      rows = usable
    }
    test = try splits.test.map { (name) throws(MVError) in try source.split(name) }
    if test == nil { notices.append("there is no test split: the held-out images alone are scored") }
    if let test, test.shape != split.shape {
      throw .usage(
        "split \(test.name)", "has images of \(test.shape), \(split.name) of \(split.shape)",
        remedy: "bring them to one size by --size")
    }
    let known = rows.map { all[$0] }
    classNames = source.contents.classNames
    // The classifier has a row for every number up to the largest label, which says nothing of how many there are.
    let largest = Int(clamping: all.max() ?? 0)
    guard largest < max(classNames.count, 1 << 16) else {
      throw .badData(
        "labels of \(split.name)", "are numbers up to \(largest)", remedy: "number the classes from 0 without gaps")
    }
    classes = max(classNames.count, largest + 1)
    let present = Set(known)
    guard present.count > 1 else {
      throw .badData("labels of \(split.name)", "are all of one class", remedy: "give images of several classes")
    }
    let missing = (0..<Int64(classes)).filter { !present.contains($0) }
    if !missing.isEmpty {
      let names = missing.prefix(5).map { [classNames] in $0 < classNames.count ? classNames[Int($0)] : "\($0)" }
      notices.append(
        "no image of \(missing.count == 1 ? "class" : "\(missing.count) classes") "
          + "\(names.joined(separator: ", "))\(missing.count > 5 ? ", ..." : "") keeps its label: no prediction will be "
          + "\(missing.count == 1 ? "it" : "one of them")")
    }
    let held = part > 0 ? LabelSubset.heldOut(known, part: part, seed: UInt64(seed)) : []
    if part > 0, held.isEmpty {
      notices.append("no class has two labelled images: none is held out, and the last epoch counts")
    }
    let isHeld = Set(held)
    heldOut = held
    learnt = known.indices.filter { !isHeld.contains($0) }
    let selected = try SelectedRows(source, keeping: [split.name: rows])
    images = try TrainingData(source: selected, split: try selected.split(split.name), targets: [])
    var fingerprint = Fingerprint()
    fingerprint.add("\(split.name) \(split.shape) \(classes) \(held.count)")
    for row in rows { fingerprint.add("\(split.ids[row]) \(all[row])") }
    self.fingerprint = fingerprint.text
    self.labels = labels
    self.notices = notices
    self.source = source
    origin = source.contents.request.map { TrainingOrigin(source: $0, split: split.name, features: []) }
  }

  /// The images of some rows of the test split as 8-bit RGB; throws where one cannot be read.
  func testImages(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> [UInt8] {
    try source.images(rows, of: split, threads: Parallel.processorCount).bytesInColor(split.name)
  }
}
