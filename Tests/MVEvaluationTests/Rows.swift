import Foundation
import MVCore
import MVEvaluation
import MVFiles
import MVStore
import TestSupport

/// Splits made for a test.
enum Rows {
  /// A split of one representation.
  static func split(
    _ values: [Float], columns: Int, labels: [Int64], rows: [Int]? = nil, name: String = "train"
  ) throws -> LabeledFeatures {
    let matrix = Matrix(rows: values.count / columns, columns: columns, values: values)
    return try LabeledFeatures(
      [FeatureMatrix(matrix, name: "random")], labels: .single(labels), rows: rows, name: name)
  }

  /// Normal rows about one of `classes` centres, and the labels.
  static func clusters(_ count: Int, columns: Int, classes: Int, seed: UInt64, spread: Double = 1) -> ([Float], [Int64])
  {
    var centres = SeededGenerator(seed: 99)
    let means = (0..<classes * columns).map { _ in centres.normal() * 0.5 }
    var generator = SeededGenerator(seed: seed)
    let labels = (0..<count).map { _ in Int64(generator.integer(below: classes)) }
    let values = labels.flatMap { label in
      (0..<columns).map { Float(means[Int(label) * columns + $0] + spread * generator.normal()) }
    }
    return (values, labels)
  }

  /// The arrays `x` and `labels` of a fixture as a split.
  static func fixture(_ folder: String, _ x: String, _ labels: String, name: String = "train") throws
    -> LabeledFeatures
  {
    let array = try Fixture.array("\(folder)/\(x)")
    return try split(
      array.values(as: Float.self), columns: array.shape[1],
      labels: Fixture.array("\(folder)/\(labels)").values(as: Int64.self), name: name)
  }
}

/// The error `body` throws, as one line.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}
