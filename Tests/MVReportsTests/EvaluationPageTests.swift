import Foundation
import MVCore
import MVEvaluation
import MVPages
import MVStore
import Testing

@testable import MVReports

/// Scores, map and gallery on the page of an evaluation.
struct EvaluationPageTests {
  private func share(_ value: Double) -> String { String(format: ">%.2f<", value * 100) }

  @Test func thePageBeginsWithWhatWasEvaluated() throws {
    let evaluation = try Evaluation()
    let text = evaluation.page().page.html
    for part in [
      "80 rows of train", "20 rows of test", "color", "mvmr knn &lt;file&gt;", "mvmr 1, opencv 2",
      evaluation.file.url.path,
    ] { #expect(text.contains(part), "\(part)") }
    let single = try Evaluation(splits: ["train"])
    #expect(single.page().page.html.contains("leave one out"))
    #expect(single.page(heldOut: true).page.html.contains("every fifth row"))
  }

  @Test func scoresOfNeighborsStandInATable() throws {
    let evaluation = try Evaluation()
    let scores = try NearestNeighbors(k: [1, 5]).evaluate(train: evaluation.train, test: evaluation.test)
    let text = try evaluation.section { try $0.add(scores) }
    for result in scores.results {
      #expect(text.contains(share(result.top1)) && text.contains(share(result.top5)), "k = \(result.k)")
    }
    #expect(text.contains("80 train and 20 test rows, 10 classes"))
    // Without k = 20, the first is what later sections show.
    #expect(text.count(of: "k = 1<") == 2 && !text.contains("k = 5<"))
    let report = try scores.report(of: scores.results[0])
    for (label, name) in evaluation.file.classNames.enumerated() {
      #expect(text.contains(name) && report.counts[label] > 0)
    }
  }

  @Test func theChosenPenaltyIsMarked() throws {
    let evaluation = try Evaluation()
    let probe = try LinearProbe(lambdas: LambdaGrid([1e-4, 1e-2, 1])).fit(evaluation.train)
    let scores = try probe.score(evaluation.test)
    let text = try evaluation.section { try $0.add(probe, scores) }
    #expect(text.contains(share(scores.top1)))
    #expect(text.count(of: ">chosen<") == 1)
    for candidate in probe.candidates { #expect(text.contains(">\(Float(candidate.lambda))<")) }
    #expect(text.contains("<svg"), "the choice is drawn")

    // One penalty is no choice.
    let one = try LinearProbe(lambdas: LambdaGrid([1e-2])).fit(evaluation.train)
    let plain = try evaluation.section { try $0.add(one, one.score(evaluation.test)) }
    #expect(plain.count(of: ">chosen<") == 0)
  }

  @Test func mapShowsASeededChoiceOfTheTestRows() throws {
    let evaluation = try Evaluation()
    func map(_ seed: UInt64, limit: Int = 2000) throws -> String {
      try evaluation.section(seed: seed) { try $0.addMap(limit: limit) }
    }
    let all = try map(0)
    #expect(all.count(of: "class=\"p k") == 2 * 20, "20 test rows in two views")
    #expect(all.contains("All 20 test rows"))
    let ids = try evaluation.file["test"].ids
    for row in 0..<20 { #expect(all.contains(ids[row])) }
    let some = try map(0, limit: 12)
    #expect(some.count(of: "class=\"p k") == 2 * 12 && some.contains("12 of 20 test rows"))
    #expect(try map(0, limit: 12) == some)
    #expect(try map(1, limit: 12) != some)
  }

  @Test func mapOfTwoRowsIsLeftOut() throws {
    let evaluation = try Evaluation()
    let test = try evaluation.test
    let two = try LabeledFeatures(test.representations, labels: test.labels, rows: [0, 1], name: test.name)
    var page = EvaluationPage(
      continuing: Page(title: "Test"), file: evaluation.file, representations: ["color"],
      pair: .splits(train: try evaluation.train, test: two))
    let before = page.page.html
    try page.addMap()
    #expect(page.page.html == before)
  }

  @Test func galleryShowsEachTestImageWithItsNeighbors() throws {
    let evaluation = try Evaluation()
    let images = try evaluation.images()
    let text = try evaluation.section { try $0.addGallery(images, cases: 5, neighbors: 3) }
    #expect(text.count(of: "src=\"data:image/png;base64,") == 5 * (1 + 3))
    #expect(text.contains("5 test images"))
    #expect(text == (try evaluation.section { try $0.addGallery(images, cases: 5, neighbors: 3) }))
    #expect(text != (try evaluation.section(seed: 3) { try $0.addGallery(images, cases: 5, neighbors: 3) }))
  }

  @Test func withPredictionsRightAndWrongOnesAreMixed() throws {
    let evaluation = try Evaluation()
    let probe = try LinearProbe(lambdas: LambdaGrid([1])).fit(evaluation.train)
    let scores = try probe.score(evaluation.test)
    let wrong = zip(scores.classes, scores.predictions).count { $0 != $1 }
    try #require(wrong > 0 && wrong < 20, "the sample has right and wrong rows")
    let images = try evaluation.images()
    let text = try evaluation.section {
      $0.show(scores)
      try $0.addGallery(images, cases: 20, neighbors: 1)
    }
    #expect(text.count(of: "taken for ") == 20)
    let few = try evaluation.section {
      $0.show(scores)
      try $0.addGallery(images, cases: 2, neighbors: 1)
    }
    #expect(few.count(of: "taken for ") == 2)
  }

  /// Of one split each row is searched among all: it must not be shown as its own neighbor.
  @Test func noRowIsItsOwnNeighbor() throws {
    let evaluation = try Evaluation(splits: ["train"])
    let images = try evaluation.images()
    let text = try evaluation.section { try $0.addGallery(images, cases: 80, neighbors: 1) }
    let pictures = text.components(separatedBy: "base64,").dropFirst().map { $0.prefix { $0 != "\"" } }
    try #require(pictures.count == 160)
    for row in stride(from: 0, to: 160, by: 2) { #expect(pictures[row] != pictures[row + 1]) }
  }

  @Test func withoutImagesThereIsTheReason() throws {
    let evaluation = try Evaluation()
    let text = try evaluation.section { try $0.addGallery(nil, reason: "They are <gone>.") }
    #expect(text.contains("They are &lt;gone&gt;.") && !text.contains("base64"))
  }

  @Test func anImageThatCannotBeReadIsAnEmptyPlace() throws {
    let evaluation = try Evaluation()
    // The first test image is read for its size; it must be there.
    let whole = try evaluation.section { try $0.addGallery(evaluation.images(), cases: 20, neighbors: 1) }
    let broken = try RowImages(
      BrokenSource(base: evaluation.source) { $0 == 7 }, matching: evaluation.file, splits: ["train", "test"])
    let text = try evaluation.section { try $0.addGallery(broken, cases: 20, neighbors: 1) }
    #expect(whole.count(of: "base64,") == 40)
    #expect(text.count(of: "base64,") < 40 && text.contains("image 7: is broken"))
  }
}
