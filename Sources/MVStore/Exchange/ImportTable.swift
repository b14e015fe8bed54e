internal import Foundation
internal import MVCore

/// The arrays given to an import as a table: splits down, representations across.
struct ImportTable {
  /// One split, opened.
  struct Split {
    let plan: SplitPlan
    /// The array of each representation.
    let arrays: [any ForeignRows]
    /// Rows without features.
    let skipped: [Int]
  }

  /// The splits, in the order they were given in.
  let splits: [String]
  /// The representations, in the order they were given in.
  let names: [String]
  /// A text that changes when an array does.
  let fingerprint: String
  private let inputs: [FeatureImport.Input]

  /// Throws where an array is given twice, or none holds features.
  init(_ inputs: [FeatureImport.Input]) throws(MVError) {
    self.inputs = inputs
    var (splits, names): ([String], [String]) = ([], [])
    var given: Set<String> = []
    var fingerprint = Fingerprint()
    for input in inputs {
      guard given.insert("\(input.split)/\(input.name)").inserted else {
        throw .usage("\(input.split)/\(input.name)", "is given twice", remedy: "give each array once")
      }
      if !splits.contains(input.split) { splits.append(input.split) }
      if !FeatureImport.Input.rowNames.contains(input.name), !names.contains(input.name) { names.append(input.name) }
      fingerprint.add("\(input.split)/\(input.name)")
      fingerprint.add(file: URL(filePath: input.file), named: input.location)
    }
    guard !names.isEmpty else {
      throw .usage(
        "inputs", "hold no features", remedy: "name one as SPLIT/NAME=FILE.npy, for example train/clip=clip.npy")
    }
    (self.splits, self.names, self.fingerprint) = (splits, names, fingerprint.text)
  }

  /// Opens the arrays of a split, whose labels are of so many `classes`, 0 where they have no names.
  ///
  /// Throws where one is missing or has another number of rows than the first, and where a label cannot be.
  func opening(_ split: String, classes: Int, like reference: FeatureFile?) throws(MVError) -> Split {
    let mine = inputs.filter { $0.split == split }
    let arrays = try names.map { (name) throws(MVError) in
      guard let input = mine.first(where: { $0.name == name }) else {
        throw .usage("\(split)/\(name)", "is not given, but another split has it", remedy: "give it for every split")
      }
      return try input.rows()
    }
    // Before anything is made for each row: rows without values may be as many as there are numbers.
    for array in arrays { try checkRows(of: array) }
    let count = arrays[0].shape.first ?? 0
    for other in arrays where other.shape.first != count {
      throw .badData(
        other.subject, "has \(other.shape.first ?? 0) rows, \(arrays[0].subject) has \(count)",
        remedy: "give arrays of the same images")
    }
    let like = try reference.map { (file) throws(MVError) in try file[split] }
    if let like, like.count != count {
      throw .badData(
        arrays[0].subject, "has \(count) rows, \(split) of \(like.path) has \(like.count)",
        remedy: "give arrays of the same images in the same order")
    }
    let rows = try FeatureImport.Input.split(
      split, mine, count: count, classes: classes, like: like)
    return Split(plan: rows.plan, arrays: arrays, skipped: rows.skipped)
  }

  /// What the rows of each representation are; throws where its arrays are not alike.
  func representations(of splits: [Split]) throws(MVError) -> [RepresentationPlan] {
    try names.enumerated().map { (column, name) throws(MVError) in
      let shape = try rowShape(of: splits.map { $0.arrays[column] })
      // The fingerprint stands among the settings, which are compared: a changed array is never mixed with an old one.
      return RepresentationPlan(
        name: name, representation: "imported", settings: ["inputs": .string(fingerprint)], shape: shape,
        axes: shape.count == 1 ? ["column"] : shape.indices.map { "axis\($0 + 1)" })
    }
  }

  /// The shape of one row of arrays of one representation.
  private func rowShape(of arrays: [any ForeignRows]) throws(MVError) -> [Int] {
    for array in arrays {
      guard array.shape.dropFirst() == arrays[0].shape.dropFirst() else {
        throw .badData(
          array.subject,
          "has rows of \(Array(array.shape.dropFirst())), \(arrays[0].subject) of "
            + "\(Array(arrays[0].shape.dropFirst()))", remedy: "give one representation a name")
      }
    }
    return Array(arrays[0].shape.dropFirst())
  }

  /// Throws where an array is no rows of values.
  private func checkRows(of array: any ForeignRows) throws(MVError) {
    guard array.shape.count >= 2 else {
      throw .badData(
        array.subject, "has the shape \(array.shape)", remedy: "give one row an image: images x columns, or more axes")
    }
    let shape = Array(array.shape.dropFirst())
    guard FeatureFilePlan.isPossible(shape) else {
      throw .badData(array.subject, "has rows of shape \(shape)", remedy: "give every axis a length of at least 1")
    }
  }
}
