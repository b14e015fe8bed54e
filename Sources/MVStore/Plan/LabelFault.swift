internal import MVCore

/// What is wrong with labels that no feature file may hold: the writer, an import and `verify` all ask here.
struct LabelFault {
  /// The row concerned; nil where it is the labels as a whole.
  let row: Int?
  /// What is wrong, in words.
  let problem: String

  /// The first fault in `labels` of a file with `classes` class names, 0 where they have none; nil where all is well.
  static func first(in labels: Labels, classes: Int) -> LabelFault? {
    switch labels {
    case .single(let values):
      guard let row = values.firstIndex(where: { $0 < -1 || (classes > 0 && $0 >= classes) }) else { return nil }
      let value = values[row]
      return LabelFault(
        row: row,
        problem: value < 0
          ? "is \(value): labels are 0 and up, or -1 for none"
          : "is \(value), but there are \(classes) classes: 0 to \(classes - 1)")
    case .multi(let values, let width):
      if let place = values.firstIndex(where: { $0 > 1 && $0 < 255 }) {
        return LabelFault(
          row: place / max(1, width),
          problem: "is \(values[place]): of several labels each is 1 for present, 0 for absent, 255 to ignore")
      }
      guard classes > 0, width != classes else { return nil }
      return LabelFault(row: nil, problem: "has \(width) columns for \(classes) classes")
    }
  }
}
