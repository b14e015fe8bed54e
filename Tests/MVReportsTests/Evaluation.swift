import Foundation
import MVCore
import MVDatasets
import MVEvaluation
import MVExtraction
import MVPages
import MVRepresentations
import MVStore
import TestSupport

@testable import MVReports

/// Drawn images and their color histograms in a file, made for a test.
struct Evaluation {
  let folder: TemporaryFolder
  let source: Synthetic
  let file: FeatureFile
  let pair: EvaluationPair

  /// `splits` are those to extract: train alone gives a pair of one split.
  init(splits: [String] = ["train", "test"]) throws {
    folder = try TemporaryFolder()
    source = try Synthetic(count: 80)
    let url = folder.url.appending(path: "features.h5")
    var extraction = Extraction(of: [ColorHistogram()], from: source, to: url)
    extraction.splits = splits
    try extraction.run()
    file = try FeatureFile(reading: url)
    pair = try EvaluationPair(file, representations: ["color"])
  }

  var train: LabeledFeatures { get throws { try pair.heldOut().train } }
  var test: LabeledFeatures { get throws { try pair.heldOut().test } }

  func page(seed: UInt64 = 0, heldOut: Bool = false) -> EvaluationPage {
    EvaluationPage(
      title: "Test", kind: "knn", file: file, representations: ["color"], pair: pair, heldOut: heldOut, seed: seed,
      command: "mvmr knn <file>", software: ["mvmr 1", "opencv 2"])
  }

  /// The page without what stood on it before `add`.
  func section(seed: UInt64 = 0, _ add: (inout EvaluationPage) throws -> Void) rethrows -> String {
    var page = EvaluationPage(
      continuing: .init(title: "Test", kind: "knn"), file: file, representations: ["color"], pair: pair, seed: seed)
    let head = page.page.html.components(separatedBy: "</main>")[0]
    try add(&page)
    return String(page.page.html.dropFirst(head.count))
  }

  func images() throws -> RowImages { try RowImages(source, matching: file, splits: file.splits.map(\.name)) }
}

extension String {
  /// How often `part` stands in the text.
  func count(of part: String) -> Int { components(separatedBy: part).count - 1 }
}

/// A source of which some rows cannot be read.
struct BrokenSource: ImageSource {
  let base: any ImageSource
  let unreadable: @Sendable (Int) -> Bool

  var contents: SourceContents { base.contents }

  func images(_ rows: Range<Int>, of split: SourceSplit) throws(MVError) -> ImageBatch {
    if let row = rows.first(where: unreadable) { throw .badData("image \(row)", "is broken") }
    return try base.images(rows, of: split)
  }
}
