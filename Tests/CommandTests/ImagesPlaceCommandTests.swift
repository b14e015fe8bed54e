import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// No command makes its folder among the images that it reads: it would be read as a class by the next.
@Suite(.serialized) struct ImagesPlaceCommandTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default
  private static let small =
    "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=4 --set threads=1 --set epochs=1"

  init() throws {
    folder = try TemporaryFolder()
    let images = try Fixture.images("images/rgb32")
    for path in ["d/a", "d/b", "s/train/a", "s/train/b", "s/test/a", "s/test/b"] {
      try manager.createDirectory(at: place(path), withIntermediateDirectories: true)
      // Five a class are needed to score a sweep.
      for number in 0..<2 * images.count {
        try images[number % images.count].writePNG(to: place("\(path)/\(number).png"))
      }
    }
    try manager.createSymbolicLink(atPath: place("alias").path, withDestinationPath: "d")
  }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func mvmr(_ line: String) throws -> Tool.Outcome {
    let line = line.replacing("SMALL", with: Self.small)
    return try Tool.run(
      Tool.folder.appending(path: "mvmr"), line.split(separator: " ").map(String.init), in: folder.url)
  }

  private func expectRefused(
    _ line: String, _ words: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try manager.subpathsOfDirectory(atPath: folder.url.path).sorted()
    let run = try mvmr(line)
    let errors = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(
      run.status == 64 && errors.count == 1 && errors[0].contains(words), "\(line): \(run.status) \(run.errors)",
      sourceLocation: location)
    #expect(
      try manager.subpathsOfDirectory(atPath: folder.url.path).sorted() == before, "\(line)", sourceLocation: location)
  }

  @Test func trainingAndSweepsKeepOut() throws {
    let extract = try mvmr("extract folder:d --representation hog --output f.h5")
    try #require(extract.status == 0, "\(extract.errors)")
    let among = "lies among the images of folder:"
    // Named on the command line, left out, or in a file.
    try expectRefused("train folder:d --features f.h5 --output d SMALL", "is what SOURCE names")
    try expectRefused("train --features f.h5 --output d SMALL", "is where the images of folder:")
    try expectRefused("train --features f.h5 --output alias SMALL", "is where the images of folder:")
    for output in ["d/run", "alias/run", "d/a/run", "d/runs/one"] {
      try expectRefused("train folder:d --output \(output) SMALL", among)
      try expectRefused("sweep folder:d --output \(output) --grid lr=0.1,0.01 SMALL", among)
    }
    try expectRefused("train folder:d --find-lr --output d/search SMALL", among)
    try expectRefused("train folder:train=s/train,test=s/test --output s/test SMALL", "is what SOURCE names")
    try Data("source: folder:d\noutput: d/run\n".utf8).write(to: place("c.yaml"))
    try expectRefused("train --config c.yaml SMALL", among)
    try Data("base: {source: folder:d}\noutput: d/sweep\n".utf8).write(to: place("sweep.yaml"))
    try expectRefused("sweep sweep.yaml SMALL", among)
    // Hidden folders, and those beside splits, are read by nobody.
    for line in ["folder:d --output d/.runs/one", "folder:s --output s/sweep", "folder:d --output e/run"] {
      let planned = try mvmr("sweep \(line) --dry-run SMALL")
      #expect(planned.status == 0, "\(line): \(planned.errors)")
    }
    try expectRefused("sweep folder:s --output s/train/sweep SMALL", among)
  }

  @Test func whatIsThereAlreadyGoesOn() throws {
    for line in ["train folder:d --output run SMALL", "sweep folder:d --output sweep SMALL"] {
      let made = try mvmr(line)
      try #require(made.status == 0, "\(made.errors)")
    }
    // As made by a version that did not look.
    for name in ["run", "sweep"] { try manager.moveItem(at: place(name), to: place("d/\(name)")) }
    for line in ["train --resume --output d/run --set epochs=2", "sweep --resume --output d/sweep --dry-run"] {
      let goesOn = try mvmr(line)
      #expect(goesOn.status == 0, "\(line): \(goesOn.errors)")
    }
  }

  @Test func whatUsesANetworkKeepsOut() throws {
    let made = try mvmr("train folder:d --output run SMALL")
    try #require(made.status == 0, "\(made.errors)")
    try expectRefused("finetune run folder:d --output d/tuned", "lies among the images of folder:d")
    try expectRefused("evaluate run folder:d --output d/scores", "lies among the images of folder:d")
    try expectRefused("evaluate run --output d/scores", "lies among the images of folder:")
    try expectRefused("evaluate run --output d", "is where the images of folder:")
    try expectRefused(
      "compare folder:d --representation hog --output c.h5 --report d/page", "give a folder outside of them by --report"
    )
  }
}
