internal import MVCore

/// The classes that a probe tells apart, ascending, and the number of each: what the solver works with.
struct ClassNumbers {
  let classes: [Int64]
  private let numbers: [Int64: Int32]

  /// The classes that occur in `labels`; throws where there are fewer than two.
  init(of labels: [Int64], in train: LabeledFeatures) throws(MVError) {
    classes = Set(labels).sorted()
    guard classes.count > 1 else {
      let found = classes.first.map { "all of class \(train.className($0))" } ?? "all missing"
      throw .badData("labels of \(train.name)", "are \(found)", remedy: "a probe needs two classes or more")
    }
    numbers = Dictionary(uniqueKeysWithValues: zip(classes, Int32(0)...))
  }

  /// The number of a class; -1 for one that is not among them.
  subscript(label: Int64) -> Int32 { numbers[label] ?? -1 }
}
