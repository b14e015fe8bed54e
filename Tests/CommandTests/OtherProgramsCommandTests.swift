import Foundation
import MVCore
import MVFiles
import MVImaging
import MVStore
import TestSupport
import Testing

/// Feature files that another program has open, and first attempts that failed.
@Suite struct OtherProgramsCommandTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func mvmr(_ line: String) throws -> Tool.Outcome {
    try Tool.run(tool, line.split(separator: " ").map(String.init), in: folder.url)
  }

  @Test func aNotebookHasTheFileOpen() throws {
    let extract = "extract synthetic:40 --representation hog --output a.h5"
    #expect(try mvmr(extract).status == 0)
    // As h5py locks what it has opened for reading.
    let notebook = try FileDescriptor(path("a.h5"), flags: O_RDONLY)
    try #require(try notebook.lock(shared: true))
    let again = try mvmr("\(extract) --json")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try again.json()["rows_before"] as? Int == 50)
    for line in ["knn a.h5 --representation hog --k 1", "verify a.h5", "inspect a.h5", "convert a.h5 --output arrays"] {
      let run = try mvmr(line)
      #expect(run.status == 0, "\(line): \(run.errors)")
    }
    // There is work: the features are to be compressed in their place.
    let work = try mvmr("\(extract) --compress")
    #expect(work.status == 74 && work.errors.contains("a.h5: is open for reading in another program"), "\(work.errors)")
    #expect(work.errors.contains("file.close()") && work.errors.split(separator: "\n").count == 1)
    #expect(try mvmr("\(extract) --overwrite").status == 0)
    withExtendedLifetime(notebook) {}
  }

  @Test func aFailedFirstAttemptIsNotInTheWay() throws {
    // Images of two sizes: the first command cannot be, the second can.
    let images = try Fixture.images("images/rgb32")
    for (place, size) in [32, 24, 32, 24].enumerated() {
      let url = folder.url.appending(path: "photos/a/\(place).png")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let image = images[place % images.count]
      try (size == 32 ? image : image.resized(to: ImageSize(height: size, width: size))).writePNG(to: url)
    }
    let first = try mvmr("extract folder:photos --representation hog --output a.h5")
    #expect(first.status == 65, "\(first.errors)")
    let second = try mvmr("extract folder:photos --size 32x32 --representation hog --output a.h5")
    #expect(second.status == 0, "\(second.errors)")

    try NumPyArray.write(
      [1, .nan, 3, 4] as [Float], shape: [2, 2], element: .float32, to: folder.url.appending(path: "x.npy"))
    try NumPyArray.write([0, 1] as [Int64], shape: [2], element: .int64, to: folder.url.appending(path: "y.npy"))
    let bad = try mvmr("convert train/x=x.npy train/labels=y.npy --output x.h5")
    #expect(bad.status == 65 && bad.errors.contains("x.npy") && bad.errors.contains("row 0"), "\(bad.errors)")
    let knn = try mvmr("knn x.h5 --representation x --k 1")
    #expect(
      knn.errors.contains("finish it by the command that began it: mvmr convert train/x=x.npy train/labels=y.npy"),
      "\(knn.errors)")
    try NumPyArray.write(
      [1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3], element: .float32, to: folder.url.appending(path: "x.npy"))
    let good = try mvmr("convert train/x=x.npy --output x.h5")
    #expect(good.status == 0, "\(good.errors)")
  }

  @Test func errorsOfYAMLQuoteWhatIsWritten() throws {
    for (text, quoted) in [
      ("widths: [16, x, 64]", "widths=[16, x, 64]"), ("milestones: [10, 2.5]", "milestones=[10, 2.5]"),
      ("representation_weights: {hog: -2}", "representation_weights={hog: -2}"),
      ("widths:\n  - 16\n  - many", "widths=[16, many]"), ("projector: \"16-x\"", "projector=\"16-x\""),
    ] {
      try Data("\(text)\n".utf8).write(to: folder.url.appending(path: "c.yaml"))
      let run = try mvmr("train --config c.yaml --print-config")
      #expect(run.status == 64 && run.errors.contains("setting \(quoted)"), "\(text): \(run.errors)")
    }
  }
}
