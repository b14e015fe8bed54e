// Extracts two representations of the built-in images into a feature file, and reads it.
//
// swift run -c release extract [FOLDER]
import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVRepresentations
import MVStore

let folder = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
let file = URL(filePath: folder).appending(path: "features.h5")

let source = try Synthetic(count: 200)
let extraction = Extraction(of: [HOG(), ColorHistogram()], from: source, to: file)
let summary = try extraction.run { progress in print(progress.rowsPerSecond, progress.timeLeft ?? 0)
}
print(summary.rows, "rows,", summary.rowsBefore, "of them by an earlier run")

let store = try FeatureFile(reading: file)
let train = try store["train"]
let hog = try train.features("hog")
print(store.dataset, store.representations.map(\.name), hog.rows, "x", hog.columns)
print(
  "the first row begins with", hog.matrix(0..<1).values.prefix(4).map { String(format: "%.3f", $0) }
)
