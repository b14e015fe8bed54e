public import Foundation
public import MVCore
internal import MVFiles

extension FeatureImport.Input {
  /// The names that do not stand for features.
  static let rowNames: Set<String> = ["labels", "ids", ".skipped"]

  /// Reads `SPLIT/NAME=FILE`; nil where the text is not of that form.
  public init?(parsing text: String) {
    guard let equals = text.firstIndex(of: "=") else { return nil }
    let names = text[..<equals].split(separator: "/", omittingEmptySubsequences: false)
    let location = String(text[text.index(after: equals)...])
    guard names.count == 2, names.allSatisfy({ !$0.isEmpty }), !location.isEmpty else { return nil }
    self.init(split: String(names[0]), name: String(names[1]), location: location)
  }

  /// The inputs in a folder that ``FeatureFileExport`` wrote, in the order of their names; throws where there are none.
  public static func inputs(in folder: URL) throws(MVError) -> [FeatureImport.Input] {
    var inputs: [FeatureImport.Input] = []
    let files = FileManager.default
    // The order in which the splits were written, if known: by name alone, test would come before train.
    let order =
      (try? WholeFile.bytes(of: folder.appending(path: "features.json"), orStream: false))
      .flatMap { CanonicalJSON.value(FeatureFileDescription.self, from: String(decoding: $0, as: UTF8.self)) }?
      .splits.map(\.name) ?? []
    let found = ((try? files.contentsOfDirectory(atPath: folder.path)) ?? []).sorted().filter { !$0.hasPrefix(".") }
    for split in order.filter(found.contains) + found.filter({ !order.contains($0) }) {
      let place = folder.appending(path: split)
      for name in ((try? files.contentsOfDirectory(atPath: place.path)) ?? []).sorted() {
        let isArray = name.hasSuffix(".npy")
        guard isArray || name == "ids.txt" else { continue }
        // The user has named the folder, and no pipe in it.
        try InputPath.checkPlainFile(place.appending(path: name))
        inputs.append(
          FeatureImport.Input(
            split: split, name: isArray ? String(name.dropLast(4)) : "ids", location: place.appending(path: name).path))
      }
    }
    guard !inputs.isEmpty else {
      throw .missingInput(
        folder.path, "holds no arrays", remedy: "name a folder with SPLIT/NAME.npy in it, or SPLIT/NAME=FILE.npy")
    }
    return inputs
  }

  /// The file's path, without a data set in it.
  var file: String { place.file }

  /// The file, and the data set where the location names one: `FILE:DATASET`.
  private var place: (file: String, dataSet: String?) {
    if !FileManager.default.fileExists(atPath: location), let colon = location.lastIndex(of: ":") {
      return (String(location[..<colon]), String(location[location.index(after: colon)...]))
    }
    return (location, nil)
  }

  /// Opens the array; throws where it is missing or not such an array.
  func rows() throws(MVError) -> any ForeignRows {
    let place = place
    guard FileManager.default.fileExists(atPath: place.file) else {
      throw .missingInput(place.file, "does not exist", remedy: "check the path")
    }
    if let name = place.dataSet { return try HDF5Rows(place.file, name) }
    guard !location.hasSuffix(".h5"), !location.hasSuffix(".hdf5") else {
      throw .usage(location, "holds more than one array", remedy: "name one as FILE.h5:DATASET; h5ls -r lists them")
    }
    return try NumPyRows(location)
  }

  /// The labels, ids and marks of one split, each from its array, from `like`, or made up.
  ///
  /// `classes` is the number of class names, 0 where there are none. Throws where an array does not fit.
  static func split(
    _ name: String, _ inputs: [FeatureImport.Input], count: Int, classes: Int, like: FeatureSplit?
  ) throws(MVError) -> (plan: SplitPlan, skipped: [Int]) {
    func checked<Value>(_ values: [Value], _ found: Int, _ input: FeatureImport.Input) throws(MVError) -> [Value] {
      guard found == count else {
        throw .badData(input.location, "has \(found) rows, the features have \(count)", remedy: "give one a row")
      }
      return values
    }
    var labels = like?.labels ?? .single([Int64](repeating: -1, count: count))
    if let input = inputs.first(where: { $0.name == "labels" }) {
      labels = try input.labels(count)
      if let fault = LabelFault.first(in: labels, classes: classes) {
        throw .badData(
          input.location, (fault.row.map { "the label of row \($0) " } ?? "") + fault.problem,
          remedy: "mend the labels, or give the right --classes")
      }
    }
    var ids = like?.ids ?? PackedStrings((0..<count).lazy.map { "\(name)/\($0)" })
    if let input = inputs.first(where: { $0.name == "ids" }) {
      let texts = try input.texts()
      if let (row, bytes) = PackedStrings.excess(in: texts) {
        throw .badData(
          input.location, "holds a text of \(bytes) bytes, at row \(row), among \(texts.count)",
          remedy: "shorten it: all ids take as much as the longest")
      }
      ids = PackedStrings(try checked(texts, texts.count, input))
    }
    var skipped: [Int] = []
    if let input = inputs.first(where: { $0.name == ".skipped" }) {
      let marks = try input.rows().integers()
      skipped = try checked(marks, marks.count, input).indices.filter { marks[$0] != 0 }
    }
    return (SplitPlan(name: name, labels: labels, ids: ids), skipped)
  }

  /// Labels as they are given: one a row, also as a column of one, or a row of several.
  private func labels(_ count: Int) throws(MVError) -> Labels {
    let array = try rows()
    let values = try array.integers()
    guard (1...2).contains(array.shape.count), array.shape[0] == count else {
      throw .badData(
        array.subject, "has the shape \(array.shape)",
        remedy: "give a label for each of \(count) rows, or a row of them")
    }
    guard array.shape.count == 2, array.shape[1] != 1 else { return .single(values) }
    // 2 is none of the labels that may be, and stands for whatever does not fit a byte.
    return .multi(values.map { UInt8(exactly: $0) ?? 2 }, classes: array.shape[1])
  }

  private func texts() throws(MVError) -> [String] {
    let place = place
    if let name = place.dataSet { return try HDF5Rows.texts(place.file, name) }
    return try WholeFile.lines(of: URL(filePath: place.file))
  }
}
