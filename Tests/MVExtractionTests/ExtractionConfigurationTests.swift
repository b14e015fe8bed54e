import Foundation
import MVCore
import MVDatasets
import MVExtraction
import MVRepresentations
import MVStore
import TestSupport
import Testing

@Suite struct ExtractionConfigurationTests {
  let folder: TemporaryFolder
  let catalogue: Catalogue

  init() throws {
    folder = try TemporaryFolder()
    catalogue = try Catalogue.standard.adding(Sums.self)
  }

  private func read(_ text: String) throws -> ExtractionConfiguration {
    let url = folder.url.appending(path: "c.yaml")
    try Data(text.utf8).write(to: url)
    return try ExtractionConfiguration(contentsOf: url, in: catalogue)
  }

  @Test func readsEveryKey() throws {
    let read = try read(
      """
      representations:
        - sums: {factor: 2.5, as: double-sums}
        - hog:orientations=12
        - color
      splits: [train, train+test]
      dtype: float16
      jobs: 2
      limit: 7
      """)
    var expected = ExtractionConfiguration()
    expected.representations = [
      RepresentationSpecification(name: "sums", storedName: "double-sums", settings: ["factor": .double(2.5)]),
      RepresentationSpecification(name: "hog", settings: ["orientations": .int(12)]),
      RepresentationSpecification(name: "color"),
    ]
    expected.splits = ["train", "train+test"]
    (expected.element, expected.jobs, expected.limit) = (.float16, 2, 7)
    #expect(read == expected)
    #expect(try self.read("") == ExtractionConfiguration())
  }

  static let impossible: [(String, String, String)] = [
    ("representations:\n  - sums:\n      factor: 1\n      facto: 4\n", "c.yaml:4:7", "facto"),
    ("representations:\n  - sums:\n      factor: -1\n", "c.yaml:3:15", "0.0..."),
    ("representations:\n  - sums: {sketch_seed: 3}\n", "c.yaml:2:5", "sketch"),
    ("representations:\n  - sums: {as: a/b}\n", "c.yaml:2:16", "'a/b'"),
    ("representations:\n  - summs: {}\n", "c.yaml:2:5", "did you mean sums?"),
    ("representations:\n  - sums:factor=x\n", "c.yaml:2:5", "factor"),
    ("representations:\n  - {hog: {}, lbp: {}}\n", "c.yaml:2:5", "2 keys"),
    ("jobs: 5000\n", "c.yaml:1:7", "1 to 1024"), ("limit: 0\n", "c.yaml:1:8", "above 0"),
    ("dtype: float8\n", "c.yaml:1:8", "float16"), ("job: 3\n", "c.yaml:1:1", "representations, splits, dtype"),
  ]

  @Test(arguments: impossible) func saysWhereAnImpossibleValueStands(_ text: String, _ place: String, _ says: String) {
    let error = #expect(throws: MVError.self) { try read(text) }
    #expect(error?.kind == .usage)
    #expect(error?.subject.hasSuffix(place) == true, "\(error as Any)")
    #expect(error?.description.contains(says) == true, "\(error as Any)")
  }

  @Test func namesOfOtherCataloguesAreRefused() throws {
    let url = folder.url.appending(path: "c.yaml")
    try Data("representations: [sums]\n".utf8).write(to: url)
    let error = #expect(throws: MVError.self) { try ExtractionConfiguration(contentsOf: url) }
    #expect(error?.description.contains("sums") == true)
  }

  @Test func describesAnExtraction() throws {
    let source = try Synthetic(count: 40)
    let file = folder.url.appending(path: "a.h5")
    let configuration = try read("representations: [sums: {as: running}, hog]\nsplits: [train+test]\nlimit: 13\n")
    try Extraction(configuration, from: source, to: file, in: catalogue).run()
    let stored = try FeatureFile(reading: file)
    #expect(stored.splits.map(\.name) == ["train+test"] && stored.splits.map(\.count) == [13])
    #expect(stored.representations.map(\.name) == ["running", "hog"])

    let usual = try Extraction(ExtractionConfiguration(), from: source, to: file)
    #expect(usual.representations.map(\.name) == Catalogue.standard.defaults.map(\.storedName))
    #expect(usual.element == .float32 && usual.limit == nil && usual.splits == nil)

    let twice = try read("representations: [sums, hog:as=sums]\n")
    #expect(throws: MVError.self) { try Extraction(twice, from: source, to: file, in: catalogue) }
  }
}
