import Foundation
import MVCore
import MVDatasets
import MVEvaluation
import MVExtraction
import MVImaging
import MVRepresentations
import MVStore
import TestSupport
import Testing

/// The Swift snippets of the documentation, each in a test that gives it what it speaks of.
struct SnippetBodies {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixture.images("images/rgb96")[0].writePNG(to: folder.url.appending(path: "photo.png"))
  }

  @Test func oneImage() throws {
    let url = folder.url.appending(path: "photo.png")
    let image = try Image(contentsOf: url)
    let hog = try HOG(orientations: 9, cellSize: 8, blockSize: 2).features(of: image)
    print(hog.layout.shape, hog.layout.axes, hog.values.count)
    #expect(hog.values.count == 11 * 11 * 36)
  }

  @Test func manyImages() throws {
    let batch = try Fixture.images("images/rgb96")
    let scattering = Scattering(scales: 3, angles: 8)
    let columns = try scattering.layout(for: batch.shape).count
    var rows = [Float](repeating: 0, count: batch.count * columns)
    var span = rows.mutableSpan
    try scattering.compute(batch, into: &span)
    #expect(rows.contains { $0 != 0 })
  }

  @Test func byName() throws {
    let image = try Image(contentsOf: folder.url.appending(path: "photo.png"))
    for entry in Catalogue.standard.entries {
      let features = try entry.make().features(of: image)
      print(entry.name, features.layout.shape)
    }
    let lbp = try RepresentationSpecification(parsing: "lbp:points=16,radius=2").make()
    let picture = try lbp.picture(of: image)
    #expect(picture.shape.channels == 3)
  }

  @Test func wholeJob() throws {
    let file = folder.url.appending(path: "features.h5")
    let source = try Synthetic(count: 200)
    let extraction = Extraction(of: [HOG(), ColorHistogram()], from: source, to: file)
    try extraction.run { progress in print(progress.rowsPerSecond, progress.timeLeft ?? 0) }

    let store = try FeatureFile(reading: file)
    let (train, test) = try EvaluationPair(store, representations: ["hog", "color"]).heldOut()
    let neighbors = try NearestNeighbors(k: [10, 20]).evaluate(train: train, test: test)
    let probe = try LinearProbe().fit(train)
    print(neighbors.results.map(\.top1), try probe.score(test).top1)
    #expect(neighbors.results.count == 2)
  }
}
