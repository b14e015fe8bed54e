import Foundation
import MVCore
import MVImaging
import MVStore
import TestSupport
import Testing

/// Outputs are looked at before the work: what cannot be written there is refused in one line, and nothing is lost.
@Suite(.serialized) struct OutputTests {
  private let folder: TemporaryFolder
  private let manager = FileManager.default

  init() throws {
    folder = try TemporaryFolder()
    let made = try mvmr("extract", "synthetic:60", "--representation", "hog", "--output", "a.h5")
    try #require(made.status == 0, "\(made.errors)")
  }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func mvmr(_ arguments: String...) throws -> Tool.Outcome {
    try Tool.run(Tool.folder.appending(path: "mvmr"), arguments, in: folder.url)
  }

  /// Runs a command whose output cannot be written; all that it says is one line.
  private func expectRefusal(
    _ words: String, status: Int32 = 64, naming parts: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try manager.subpathsOfDirectory(atPath: folder.url.path).sorted()
    let run = try Tool.run(
      Tool.folder.appending(path: "mvmr"), words.split(separator: " ").map(String.init), in: folder.url)
    #expect(run.status == status, "\(words): \(run.errors)", sourceLocation: location)
    #expect(run.errors.hasPrefix("mvmr: ") && run.output.isEmpty, "\(words): \(run.errors)", sourceLocation: location)
    #expect(run.errors.split(separator: "\n").count == 1, "\(words): \(run.errors)", sourceLocation: location)
    for part in parts { #expect(run.errors.contains(part), "\(part) in: \(run.errors)", sourceLocation: location) }
    for text in ["Error Domain", "NSCocoa", "NSPOSIX", "Code="] {
      #expect(!run.errors.contains(text), "\(run.errors)", sourceLocation: location)
    }
    let after = try manager.subpathsOfDirectory(atPath: folder.url.path).sorted()
    #expect(after == before, "\(words)", sourceLocation: location)
  }

  /// Every option that names an output, with the words before it.
  private static let outputs = [
    "knn a.h5 --representation hog --k 1 --csv", "knn a.h5 --representation hog --k 1 --neighbors",
    "knn a.h5 --representation hog --k 1 --neighbours", "probe a.h5 --representation hog --lambda 1 --save",
    "probe a.h5 --representation hog --lambda 1 --csv", "show x.png --output",
    "extract synthetic:20 --representation hog --output", "extract synthetic:20 --representation hog -o",
    "merge a.h5 --output", "embed run synthetic:20 --output",
  ]

  @Test(arguments: outputs) func aFileInAFolderThatIsNotThere(_ words: String) throws {
    try expectRefusal("\(words) no/dir/x", status: 66, naming: "no/dir/x", "its folder is not there", "create")
  }

  @Test(arguments: outputs) func aFolderInTheFilesPlace(_ words: String) throws {
    try manager.createDirectory(atPath: path("there"), withIntermediateDirectories: true)
    try expectRefusal("\(words) .", naming: "is not a file")
    try expectRefusal("\(words) there", naming: "there", "is not a file")
    try expectRefusal("\(words) a.h5/x", naming: "a.h5/x", "not a folder")
  }

  @Test(arguments: [
    "evaluate run synthetic:20 --output", "train synthetic:20 --output", "demo --output",
    "datasets download cifar10 --to", "knn a.h5 --representation hog --k 1 --report", "convert a.h5 --output",
  ])
  func aFileInTheFoldersPlace(_ words: String) throws {
    try Data("text".utf8).write(to: URL(filePath: path("notes")))
    try expectRefusal("\(words) notes", naming: "notes", "is a file")
    try expectRefusal("\(words) notes/below", naming: "notes/below", "not a folder")
    // A name that promises a format is not made a folder.
    try expectRefusal("\(words) x.npy", naming: "x.npy", "makes a folder")
  }

  @Test(arguments: [
    ("show x.png --output x.pdf", "FILE.png"), ("convert a.h5 --output x.csv", "FILE.h5, or a folder"),
    ("extract synthetic:20 --output x.csv", "FILE.h5"), ("knn a.h5 --representation hog --csv x.h5", "FILE.csv"),
    ("knn a.h5 --representation hog --neighbors x.csv", "FILE.npy"),
    ("probe a.h5 --representation hog --save x.npy", "FILE.probe"),
    ("knn a.h5 --representation hog --report page.html", "folder"),
  ])
  func anEndingThatPromisesAnotherFormat(_ words: String, _ remedy: String) throws {
    try expectRefusal(words, naming: words.split(separator: " ").last.map(String.init) ?? "", remedy)
  }

  @Test func aFolderMayHaveAnyNameThatIsMeantForOne() throws {
    for name in ["arrays.csv/", "arrays.v1", "arrays"] {
      let run = try mvmr("convert", "a.h5", "--output", name)
      #expect(run.status == 0, "\(run.errors)")
      #expect(manager.fileExists(atPath: path("\(name)/train/hog.npy")))
    }
  }

  @Test func anOutputIsNoInputAndNoOtherOutput() throws {
    let before = try Data(contentsOf: URL(filePath: path("a.h5")))
    try Data("1\n2\n".utf8).write(to: URL(filePath: path("list.txt")))
    try manager.createSymbolicLink(atPath: path("link.h5"), withDestinationPath: "a.h5")
    try expectRefusal("knn a.h5 --representation hog --k 1 --csv ./a.h5", naming: "a.h5")
    try expectRefusal("merge a.h5 --output link.h5 --overwrite", naming: "link.h5", "FILE", "overwritten")
    try expectRefusal("extract npy:a.h5 --output a.h5 --overwrite", naming: "a.h5", "SOURCE")
    try expectRefusal(
      "knn a.h5 --representation hog --label-list list.txt --csv list.txt", naming: "list.txt", "--label-list")
    try expectRefusal("knn a.h5 --representation hog --csv x --neighbors ./x", naming: "x", "--csv")
    // What is only a part of a source, too.
    for source in ["folder:.,list.txt", "imagenet:.,./list.txt", "files:list.txt,."] {
      try expectRefusal("compare \(source) --folds 2 --csv list.txt", naming: "list.txt", "FILE", "overwritten")
    }
    // What is a part of what is converted, or stands beside it.
    #expect(try mvmr("convert", "a.h5", "--output", "arrays").status == 0)
    for words in ["train/x=a.h5:train/hog", "train/x=./a.h5:train/hog", "train/x=arrays/train/hog.npy --like a.h5"] {
      try expectRefusal("convert \(words) --output a.h5 --overwrite", naming: "a.h5", "overwritten")
      try expectRefusal("convert \(words) --output link.h5 --overwrite", naming: "link.h5", "overwritten")
    }
    // A shard of what is read.
    for shard in ["1", "2"] {
      let made = try mvmr(
        "extract", "synthetic:40", "--shard", "\(shard)/2", "--representation", "hog", "--output", "s\(shard).h5")
      #expect(made.status == 0)
    }
    #expect(try mvmr("merge", "s1.h5", "s2.h5", "--output", "whole.h5").status == 0)
    for words in ["train/x=arrays/train/hog.npy --like whole.h5", "train/x=whole.h5:train/hog", "whole.h5"] {
      try expectRefusal("convert \(words) --output s2.h5 --overwrite", naming: "s2.h5", "holds rows of", "overwritten")
    }
    #expect(try mvmr("verify", "whole.h5").status == 0)
    // A link to what is no feature file, whatever its own name.
    try Data("mine".utf8).write(to: URL(filePath: path("script.py")))
    for name in ["list.txt", "arrays/train/hog.npy", "script.py"] {
      try? manager.removeItem(atPath: path("other.h5"))
      try manager.createSymbolicLink(atPath: path("other.h5"), withDestinationPath: name)
      try expectRefusal(
        "extract synthetic:20 --representation hog --output other.h5 --overwrite", naming: "other.h5", "leads to",
        name)
    }
    #expect(try String(contentsOfFile: path("list.txt"), encoding: .utf8) == "1\n2\n")
    #expect(try Data(contentsOf: URL(filePath: path("a.h5"))) == before)
    // To rewrite a file in its place is what convert is for, where it is said.
    try expectRefusal("convert a.h5 --compress --output a.h5", naming: "a.h5", "--overwrite")
    #expect(try Data(contentsOf: URL(filePath: path("a.h5"))) == before)
    #expect(try mvmr("convert", "a.h5", "--compress", "--output", "a.h5", "--overwrite").status == 0)
  }

  @Test func aWriteProtectedPlace() throws {
    guard getuid() != 0 else { return }
    try manager.createDirectory(atPath: path("locked"), withIntermediateDirectories: true)
    try manager.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path("locked"))
    defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path("locked")) }
    try expectRefusal("knn a.h5 --representation hog --k 1 --csv locked/x.csv", status: 74, naming: "locked/x.csv")
    try expectRefusal("train synthetic:20 --output locked/run", status: 74, naming: "locked/run")
  }

  /// A list comes from a pipe, and a table goes into one.
  @Test func pipesAreReadAndWritten() throws {
    let tool = Tool.folder.appending(path: "mvmr").path
    let line = "seq 0 30 | \(tool) knn a.h5 --representation hog --k 1 --label-list /dev/stdin --csv /dev/stdout --json"
    let run = try Tool.run(URL(filePath: "/bin/sh"), ["-c", "\(line) | cat"], in: folder.url)
    #expect(run.errors.contains("note: 31 of 60 train rows keep their labels"), "\(run.errors)")
    #expect(run.output.hasPrefix("setting,measure,class,prediction,value\n"), "\(run.output)")
    #expect(run.output.split(separator: "\n").last?.hasPrefix("{") == true)
    #expect(try mvmr("knn", "a.h5", "--representation", "hog", "--k", "1", "--csv", "/dev/null").status == 0)
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test(arguments: ["a.h5", ".", "/dev/null", "missing.txt"]) func aListThatIsNone(_ list: String) throws {
    let status: Int32 = list == "." ? 64 : list == "missing.txt" ? 66 : 65
    try expectRefusal("probe a.h5 --representation hog --lambda 1 --label-list \(list)", status: status)
  }

  /// A link is written through, whether something stands at its end or not.
  @Test func linksAreWrittenThrough() throws {
    try manager.createDirectory(atPath: path("disk"), withIntermediateDirectories: true)
    let names = ["x.h5", "x.csv", "x.npy", "x.probe", "packed.h5", "merged.h5", "x.png", "arrays"]
    for name in names {
      try manager.createSymbolicLink(atPath: path(name), withDestinationPath: "disk/\(name)")
    }
    for shard in ["1", "2"] {
      let part = try mvmr(
        "extract", "synthetic:1000", "--representation", "hog", "--shard", "\(shard)/2", "--output", "\(shard).h5")
      #expect(part.status == 0)
    }
    try Fixture.images("images/rgb32")[0].writePNG(to: URL(filePath: path("in.png")))
    // Twice: to nothing yet, and to what the first left.
    for round in 1...2 {
      let more = round == 2 ? ["--overwrite"] : []
      let runs = [
        ["extract", "synthetic:60", "--representation", "hog", "--output", "x.h5"] + more,
        ["knn", "a.h5", "--representation", "hog", "--k", "1", "--csv", "x.csv", "--neighbors", "x.npy"],
        ["probe", "a.h5", "--representation", "hog", "--lambda", "1", "--save", "x.probe"],
        ["convert", "a.h5", "--compress", "--output", "packed.h5"] + more,
        ["merge", "1.h5", "2.h5", "--output", "merged.h5"] + more, ["show", "in.png", "--output", "x.png"],
      ]
      for run in runs + (round == 1 ? [["convert", "a.h5", "--output", "arrays"]] : []) {
        let outcome = try Tool.run(Tool.folder.appending(path: "mvmr"), run, in: folder.url)
        #expect(outcome.status == 0, "\(run): \(outcome.errors)")
      }
      for name in names {
        #expect(try manager.destinationOfSymbolicLink(atPath: path(name)) == "disk/\(name)")
        #expect(manager.fileExists(atPath: path("disk/\(name)")), "\(name)")
      }
      // The joined file refers to its shards from where it lies.
      #expect(try mvmr("verify", "merged.h5").status == 0)
    }
    let left = try manager.contentsOfDirectory(atPath: path("disk"))
    #expect(!left.contains { $0.hasSuffix(".creating") }, "\(left)")
  }

  @Test func aLinkThatLeadsToItselfIsRefused() throws {
    try manager.createSymbolicLink(atPath: path("loop.csv"), withDestinationPath: "loop.csv")
    let run = try mvmr("knn", "a.h5", "--representation", "hog", "--k", "1", "--csv", "loop.csv")
    #expect(run.status == 74 && run.errors.contains("loop.csv"), "\(run.status) \(run.errors)")
  }
}
