// Scores representations of the built-in images: nearest neighbors, a linear probe, and where it errs.
//
// swift run -c release evaluate [FOLDER]
import Foundation
import MVDatasets
import MVEvaluation
import MVExtraction
import MVRepresentations
import MVStore

let folder = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
let file = URL(filePath: folder).appending(path: "evaluated.h5")
try Extraction(of: [HOG(), ColorHistogram()], from: Synthetic(count: 200), to: file).run()

let store = try FeatureFile(reading: file)
for names in [["hog"], ["color"], ["hog", "color"]] {
  let (train, test) = try EvaluationPair(store, representations: names).heldOut()
  let neighbors = try NearestNeighbors(k: [10, 20]).evaluate(train: train, test: test)
  let probe = try LinearProbe().fit(train)
  print(names, neighbors.results.map(\.top1), try probe.score(test).top1)
}
