import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// Images, features, networks and labels that only a run or a sweep names which goes on: told, and opened where that is
/// the user's own.
@Suite(.serialized) struct RecordedInputTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default
  private static let small = [
    "encoder=cifar-resnet", "widths=4-6-8", "projector=8", "batch_size=8", "threads=1", "validate_every=0", "epochs=1",
  ].flatMap { ["--set", $0] }
  private static let quick = ["epochs=1", "batch_size=8", "threads=1"].flatMap { ["--set", $0] }

  init() throws { folder = try TemporaryFolder() }

  private func place(_ name: String) -> URL { folder.url.appending(path: name) }

  private func run(_ words: [String], status: Int32 = 0, at location: SourceLocation = #_sourceLocation) throws
    -> Tool.Outcome
  {
    let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), words, in: folder.url)
    try #require(outcome.status == status, "\(words): \(outcome.status) \(outcome.errors)", sourceLocation: location)
    return outcome
  }

  /// Sixteen images of two classes, a list of them, and of the rows of half of them.
  private func prepare() throws {
    let images = try Fixture.images("images/rgb45x37")
    var names: [String] = []
    for index in 0..<16 {
      let name = "pictures/\(index % 2 == 0 ? "cat" : "dog")/\(index).png"
      let url = place(name)
      try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try images[index % images.count].writePNG(to: url)
      names.append(url.path)
    }
    try Data((names.joined(separator: "\n") + "\n").utf8).write(to: place("list.txt"))
    try Data("0\n1\n2\n3\n8\n9\n10\n11\n".utf8).write(to: place("rows.txt"))
  }

  private func give(_ name: String, to user: Int) throws {
    try manager.setAttributes([.ownerAccountID: user], ofItemAtPath: place(name).path)
  }

  private func replaceByPipe(_ name: String) throws {
    try manager.removeItem(at: place(name))
    try #require(mkfifo(place(name).path, 0o600) == 0)
  }

  @Test func aRunSaysWhatItTakes() throws {
    try prepare()
    _ = try run(
      ["extract", "folder:pictures", "--size", "32x32", "--representation", "hog", "--output", "f.h5", "--quiet"])
    _ = try run(
      ["train", "folder:pictures", "--size", "32x32", "--features", "f.h5", "--output", "run"] + Self.small)
    let again = try run(["train", "--resume", "--output", "run", "--set", "epochs=2"])
    #expect(again.errors.contains("note: images of folder:") && again.errors.contains("note: features of "))
    _ = try run(
      ["finetune", "run", "folder:pictures", "--labels", "rows.txt", "--label-list-kind", "rows", "--output", "tuned"]
        + Self.quick)
    let tuned = try run(["finetune", "--resume", "--output", "tuned"])
    for words in ["note: images of folder:", "note: the network ", "note: labels of "] {
      #expect(tuned.errors.contains(words), "\(tuned.errors)")
    }
    // Of another file than the list nothing is shown.
    let list = try Data(contentsOf: place("rows.txt"))
    try Data("secret\n".utf8).write(to: place("rows.txt"))
    let other = try run(["finetune", "--resume", "--output", "tuned"], status: 64)
    #expect(other.errors.contains("rows.txt: is not the list that") && !other.errors.contains("secret"))
    try list.write(to: place("rows.txt"))
    // A pipe would be waited for.
    try replaceByPipe("rows.txt")
    let refused = try run(["finetune", "--resume", "--output", "tuned"], status: 64)
    #expect(refused.errors.contains("rows.txt: is a pipe or a device"), "\(refused.errors)")
  }

  @Test func aPipeInThePlaceOfAListIsNotWaitedFor() throws {
    try prepare()
    _ = try run(["train", "files:list.txt", "--size", "32x32", "--output", "run"] + Self.small)
    try replaceByPipe("list.txt")
    let refused = try run(["train", "--resume", "--output", "run", "--set", "epochs=2"], status: 64)
    #expect(refused.errors.contains("list.txt: is a pipe or a device"), "\(refused.errors)")
  }

  /// Only the superuser can make files of others.
  @Test(.enabled(if: geteuid() == 0, "not the superuser")) func whatStrangersNameIsNotOpened() throws {
    try prepare()
    _ = try run(["train", "folder:pictures", "--size", "32x32", "--output", "run"] + Self.small)
    _ = try run(["finetune", "run", "folder:pictures", "--output", "tuned"] + Self.quick)
    let settings = Self.small.filter { $0 != "--set" }.map { "  " + $0.replacing("=", with: ": ") }
    let sweep = "base:\n  source: folder:pictures\n  size: 32\n\(settings.joined(separator: "\n"))\nheld_out: 0.5\n"
    try Data(sweep.utf8).write(to: place("own.yaml"))
    _ = try run(["sweep", "own.yaml", "--output", "sweep", "--dry-run"])
    try manager.createDirectory(at: place("sweep"), withIntermediateDirectories: true)
    try manager.copyItem(at: place("own.yaml"), to: place("sweep/sweep.yaml"))
    let commands = [
      ("run/last.ckpt", ["train", "--resume", "--output", "run", "--set", "epochs=2"]),
      ("run/last.ckpt", ["embed", "run", "--output", "e.h5"]),
      ("tuned/last.ckpt", ["finetune", "--resume", "--output", "tuned"]),
      ("sweep/sweep.yaml", ["sweep", "--resume", "--output", "sweep", "--dry-run"]),
    ]
    for (name, words) in commands {
      try give(name, to: 65534)
      let refused = try run(words, status: 64)
      #expect(refused.errors.contains("is of another user") && refused.errors.contains("name it yourself"))
      try give(name, to: Int(geteuid()))
    }
    // What the user names is no stranger's.
    try give("run/last.ckpt", to: 65534)
    _ = try run(["train", "folder:pictures", "--resume", "--output", "run", "--set", "epochs=2"])
  }
}
