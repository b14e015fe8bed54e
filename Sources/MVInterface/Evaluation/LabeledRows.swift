internal import CInterface
internal import MVCore
internal import MVEvaluation
internal import MVStore

/// The classes of `count` rows from the caller's memory; throws where it is NULL or a class is below -1.
func classes(_ labels: UnsafePointer<Int64>?, count: Int) throws(Refusal) -> [Int64] {
  guard let labels = labels ?? (count == 0 ? UnsafePointer(bitPattern: 8) : nil) else {
    throw Refusal(MVMR_INVALID_ARGUMENT, "labels", "is NULL", remedy: "give a class a row")
  }
  let values = Array(UnsafeBufferPointer(start: labels, count: count))
  if let row = values.firstIndex(where: { $0 < -1 }) {
    throw Refusal(
      MVMR_INVALID_ARGUMENT, "label \(values[row]) of row \(row)", "is below -1",
      remedy: "classes are 0 or more, -1 where unknown")
  }
  return values
}

/// Rows without labels, as evaluations take them; throws where they have no columns.
func unlabeled(_ matrix: FeatureMatrix) throws(MVError) -> LabeledFeatures {
  try LabeledFeatures(
    [matrix], labels: .single([Int64](repeating: 0, count: matrix.rows)), name: "the rows given")
}
