import Foundation
import MVCore
import MVFiles
import MVImaging
import TestSupport
import Testing

/// `mvmr sweep`, as a user runs one, breaks it off, goes on with it and reads it.
@Suite(.serialized) struct SweepCommandTests {
  private let folder: TemporaryFolder
  private let tool = Tool.folder.appending(path: "mvmr")
  private let manager = FileManager.default

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { folder.url.appending(path: name).path }

  private func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.url.appending(path: name)) }

  private func exists(_ name: String) -> Bool { manager.fileExists(atPath: path(name)) }

  /// Runs a command in the folder; `~` in it is a blank within a word.
  @discardableResult
  private func mvmr(
    _ line: String, in place: URL? = nil, status: Int32 = 0, at location: SourceLocation = #_sourceLocation
  ) throws -> Tool.Outcome {
    let words = line.split(separator: " ").map { String($0).replacing("~", with: " ") }
    let run = try Tool.run(tool, words, in: place ?? folder.url)
    try #require(run.status == status, "mvmr \(line): \(run.status) \(run.errors)", sourceLocation: location)
    return run
  }

  private let settings = """
    --set encoder=cifar-resnet --set widths=4-6-8 --set projector=16-12 --set batch_size=16 --set lr=1e-3 \
    --set policy=cifar --set precision=float32 --set validate_every=1
    """

  private struct Results: Decodable {
    struct Number: Decodable {
      let mean: Double
      let deviation: Double?
    }
    struct Run: Decodable {
      let seed: Int
      let folder: String
      let epochs: Int
      let knn: Double?
      let probe: Double?
    }
    struct Variant: Decodable {
      let name: String
      let settings: [String: String]
      let runs: [Run]
      let knn: Number?
      let probe: Number?
    }
    let variants: [Variant]
  }

  private func results(_ run: Tool.Outcome) throws -> Results {
    try JSONDecoder().decode(Results.self, from: Data(run.output.utf8))
  }

  @Test func aGridIsTrainedScoredAndCompared() throws {
    let sweep = "sweep synthetic:120 \(settings) --set epochs=2 --grid lr=0.001,0.01 --seeds 2 --at 1 --output s"
    let planned = try mvmr("\(sweep) --dry-run")
    #expect(planned.output.contains("lr-0.01_seed-1") && planned.output.contains("4 runs,") && !exists("s"))
    let run = try mvmr("\(sweep) --json --csv s.csv --markdown s.md --latex s.tex")
    let found = try results(run)
    #expect(Set(found.variants.map(\.name)) == ["lr=0.001", "lr=0.01"])
    for variant in found.variants {
      #expect(variant.runs.map(\.seed) == [0, 1] && variant.runs.allSatisfy { $0.epochs == 2 })
      let probes = variant.runs.compactMap(\.probe)
      let mean = (probes[0] + probes[1]) / 2
      #expect(abs((variant.probe?.mean ?? 0) - mean) < 1e-9)
      // The sample deviation of two is their distance over the root of 2.
      #expect(abs((variant.probe?.deviation ?? -1) - abs(probes[0] - probes[1]) / 2.0.squareRoot()) < 1e-9)
      for one in variant.runs {
        for file in [
          "last.ckpt", "losses.csv", "report.html", "settings.yaml", "scores.json", "embedding.h5", "log.txt",
        ] {
          #expect(exists("s/\(one.folder)/\(file)"), "\(one.folder)/\(file)")
        }
      }
    }
    // The scores are those of the command that scores one run.
    let first = found.variants[0].runs[0]
    let alone = try mvmr("compare s/\(first.folder) --json").json()["results"] as? [[String: Any]]
    for (method, score) in [("knn", first.knn), ("probe", first.probe)] {
      let top1 = (alone?.first?[method] as? [String: Any])?["top1"] as? Double
      #expect(abs((top1 ?? 0) - (score ?? -1)) < 1e-9)
    }

    // The same command has nothing to do, and compare reads the same.
    let before = try bytes("s/lr-0.01_seed-1/last.ckpt")
    let again = try mvmr(sweep)
    #expect(again.errors.contains("note: 4 of 4 runs are trained already"), "\(again.errors)")
    #expect(try bytes("s/lr-0.01_seed-1/last.ckpt") == before)
    let compared = try mvmr("compare s --json --csv c.csv --markdown c.md --latex c.tex --report page")
    #expect(compared.output == run.output)
    for name in ["csv", "md", "tex"] { #expect(try bytes("c.\(name)") == bytes("s.\(name)"), "\(name)") }
    #expect(again.output.hasPrefix(try mvmr("compare s").output))
    #expect(try String(decoding: bytes("s.md"), as: UTF8.self).contains("| lr=0.01 | 2 |"))
    for page in ["s/report.html", "page/report.html"] {
      let text = String(decoding: try bytes(page), as: UTF8.self)
      #expect(text.contains("linear probe") && text.contains("lr=0.001") && text.contains("class=\"curve\""))
    }
    let refused = try mvmr("compare s s/\(first.folder)", status: 64)
    #expect(refused.errors.contains("is a sweep"))
    #expect(try mvmr("compare s --folds 3", status: 64).errors.contains("--folds"))
  }

  /// A run is the same to the byte alone, beside others, and by `mvmr train`.
  @Test func runsDoNotDependOnTheirNeighbors() throws {
    let sweep = "sweep synthetic:96 \(settings) --set epochs=2 --grid lr=0.001,0.01"
    try mvmr("\(sweep) --jobs 2 --output two")
    try mvmr("\(sweep) --jobs 1 --output one")
    let words = settings.replacing("lr=1e-3", with: "lr=0.01")
    try mvmr("train synthetic:96 \(words) --set epochs=2 --set threads=1 --set workers=1 --output alone")
    for run in ["lr-0.001_seed-0", "lr-0.01_seed-0"] {
      #expect(try bytes("two/\(run)/last.ckpt") == bytes("one/\(run)/last.ckpt"))
    }
    #expect(try bytes("two/lr-0.01_seed-0/last.ckpt") == bytes("alone/last.ckpt"))
  }

  /// Starts a sweep and waits until one of its runs has a checkpoint.
  private func begun(_ line: String, _ output: String) throws -> Process {
    let errors = URL(filePath: path("errors"))
    try Data().write(to: errors)
    let process = Process()
    process.executableURL = tool
    process.arguments = line.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    while process.isRunning, (manager.subpaths(atPath: path(output)) ?? []).allSatisfy({ !$0.hasSuffix("last.ckpt") }) {
      usleep(5000)
    }
    return process
  }

  /// Stopped by a signal, or killed, a sweep goes on and ends as one that was not.
  @Test(arguments: [SIGTERM, SIGINT, SIGKILL]) func aSweepThatIsStoppedGoesOn(_ number: Int32) throws {
    let sweep = "sweep synthetic:96 \(settings) --set epochs=12 --grid lr=0.001,0.01 --jobs 2"
    try mvmr("\(sweep) --output whole")
    let process = try begun("\(sweep) --output part", "part")
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    // A machine may be so quick that all was done.
    if process.terminationStatus != 0, number != SIGKILL {
      #expect(process.terminationReason == .exit && process.terminationStatus == 128 + number)
      let said = String(decoding: try bytes("errors"), as: UTF8.self)
      #expect(!said.contains("failed: "), "\(said)")
      let last = said.split(separator: "\n").last ?? ""
      #expect(last.hasPrefix("mvmr: ") && last.hasSuffix("the same command goes on"), "\(last)")
    }
    // Its runs end with it, saved; until then nobody else works in the folder.
    var again = try Tool.run(tool, ["sweep", "--resume", "--output", "part"], in: folder.url)
    while again.status == 74, again.errors.contains("is being written by another process") {
      usleep(20_000)
      again = try Tool.run(tool, ["sweep", "--resume", "--output", "part"], in: folder.url)
    }
    #expect(again.status == 0, "\(again.errors)")
    for run in ["lr-0.001_seed-0", "lr-0.01_seed-0"] {
      #expect(try bytes("part/\(run)/last.ckpt") == bytes("whole/\(run)/last.ckpt"), "\(run)")
      let lines = String(decoding: try bytes("part/\(run)/losses.csv"), as: UTF8.self).split(separator: "\n")
      #expect(lines.count == 13)
    }
  }

  @Test func oneSweepAtATimeWorksInAFolder() throws {
    let sweep = "sweep synthetic:96 \(settings) --set epochs=500 --output busy"
    let process = try begun(sweep, "busy")
    let refused = try Tool.run(tool, sweep.split(separator: " ").map(String.init), in: folder.url)
    #expect(refused.status == 74 && refused.errors.contains("is being written by another process"), "\(refused.errors)")
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 143)
  }

  /// Variants and seeds are added; runs that are there keep their settings, and the sweep its data.
  @Test func aSweepGrows() throws {
    let sweep = "sweep synthetic:96 \(settings) --set epochs=1 --output s"
    try mvmr("\(sweep) --grid lr=0.001")
    let before = try bytes("s/lr-0.001_seed-0/last.ckpt")
    let grown = try results(try mvmr("\(sweep) --grid lr=0.001,0.01 --seeds 2 --variant slow:~lr=0.0001 --json"))
    #expect(Set(grown.variants.map(\.name)) == ["lr=0.001", "lr=0.01", "slow"])
    #expect(grown.variants.allSatisfy { $0.runs.count == 2 && $0.probe != nil })
    #expect(try bytes("s/lr-0.001_seed-0/last.ckpt") == before)
    // What another command asked for stays in the table.
    #expect(try results(try mvmr("\(sweep) --grid lr=0.01 --json")).variants.count == 3)
    #expect(
      try mvmr("\(sweep) --variant slow:~lr=0.5", status: 64).errors.contains(
        "run slow_seed-0: was begun with lr=0.0001, now lr=0.5"))
    let base = try mvmr("\(sweep) --set epochs=2 --grid lr=0.1", status: 64)
    #expect(base.errors.contains("was begun with epochs=1, now epochs=2"), "\(base.errors)")
    let data = try mvmr("\(sweep.replacing("synthetic:96", with: "synthetic:100")) --grid lr=0.1", status: 64)
    #expect(data.errors.contains("source synthetic:100") && data.errors.contains("synthetic:96"), "\(data.errors)")
    // Settings that change no result may change.
    try mvmr("\(sweep) --set log_every=1 --set validate_every=2 --grid lr=0.001 --seeds 2")
  }

  /// One run that fails is named at the end; the others are done, and the same command tries it again.
  @Test func aRunThatFailsLeavesTheOthers() throws {
    let sweep = "sweep synthetic:96 \(settings) --set epochs=1 --output s"
    try mvmr("\(sweep) --grid lr=0.001")
    try manager.createDirectory(atPath: path("s/lr-0.01_seed-0"), withIntermediateDirectories: true)
    let failed = try {
      // Another process is at that run.
      let other = try FolderLock(folder.url.appending(path: "s/lr-0.01_seed-0"))
      return try withExtendedLifetime(other) { try mvmr("\(sweep) --grid lr=0.01,0.1", status: 74) }
    }()
    let lines = failed.errors.split(separator: "\n")
    #expect(
      lines.contains { $0.hasPrefix("failed: lr=0.01, seed 0: ") && $0.contains("is being written by another") },
      "\(failed.errors)")
    #expect(lines.last?.contains("1 of 2 runs that failed: lr-0.01_seed-0") == true, "\(failed.errors)")
    #expect(exists("s/lr-0.1_seed-0/scores.json") && failed.output.contains("lr=0.1 "))
    #expect(try results(try mvmr("sweep --resume --output s --json")).variants.allSatisfy { $0.probe != nil })
  }

  @Test func aFileSaysTheSameAsTheCommandLine() throws {
    try mvmr("extract synthetic:96 --representation hog --representation lbp --output f.h5")
    let file = """
      base:
        source: synthetic:96
        features: [f.h5]
        encoder: cifar-resnet
        widths: [4, 6, 8]
        projector: [16, 12]
        batch_size: 16
        policy: cifar
        precision: float32
        epochs: 1
      grid:
        representations: [none, hog, hog+lbp]
      variants:
        unbiased: {estimator: unbiased, representations: [lbp]}
      held_out: 0.2
      """
    try Data(file.utf8).write(to: folder.url.appending(path: "sweep.yaml"))
    let run = try mvmr("sweep sweep.yaml --output s --json")
    let found = try results(run)
    #expect(
      Set(found.variants.map(\.name))
        == ["representations=none", "representations=hog", "representations=hog+lbp", "unbiased"])
    let head = String(decoding: try bytes("s/representations-hog+lbp_seed-0/losses.csv"), as: UTF8.self)
    #expect(head.hasPrefix("epoch,step,loss,mse,std,1-dcor_zz,1-dcor_hog,1-dcor_lbp,"))
    // A part of train is scored, and test is not even embedded.
    let scoring = try run.json()["scoring"] as? [String: Any]
    #expect(scoring?["held_out"] as? Double == 0.2 && scoring?["test_split"] == nil)
    #expect(
      scoring?["train_rows"] as? Int == 76 && scoring?["test_rows"] as? Int == 20, "\(String(describing: scoring))")
    let inspected = try mvmr("inspect s/unbiased_seed-0/embedding.h5 --json").json()
    #expect((inspected["splits"] as? [[String: Any]])?.count == 1)
    // Scored otherwise, no run is trained again.
    let before = try bytes("s/unbiased_seed-0/last.ckpt")
    let tested = try mvmr("sweep sweep.yaml --output s --test-split test --json")
    #expect((try tested.json()["scoring"] as? [String: Any])?["test_split"] as? String == "test")
    #expect(try results(tested).variants.allSatisfy { $0.probe != nil })
    #expect(try bytes("s/unbiased_seed-0/last.ckpt") == before)
    // The file in the folder is the same sweep, wherever it is used.
    let elsewhere = folder.url.appending(path: "elsewhere")
    try manager.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    let plans = try ["sweep sweep.yaml", "sweep s/sweep.yaml"].map {
      try mvmr("\($0) --output new --dry-run --json").output
    }
    #expect(plans[0] == plans[1])
    #expect(try mvmr("sweep ../s/sweep.yaml --output new --dry-run --json", in: elsewhere).output == plans[0])
  }

  @Test func imagesWithoutLabelsAreTrainedAndNotScored() throws {
    let images = try Fixture.images("images/rgb32")
    try manager.createDirectory(atPath: path("flat"), withIntermediateDirectories: true)
    for place in 0..<32 {
      try images[place % images.count].writePNG(to: folder.url.appending(path: "flat/\(place).png"))
    }
    let run = try mvmr(
      "sweep folder:flat --layout flat --size 24x24 \(settings) --set epochs=1 --grid lr=0.001,0.01 --output s")
    #expect(run.errors.contains("runs are trained and not scored"), "\(run.errors)")
    #expect(exists("s/lr-0.01_seed-0/last.ckpt") && !exists("s/lr-0.01_seed-0/embedding.h5"))
    #expect(run.output.contains("lr=0.01"))
  }

  @Test(arguments: [
    ("sweep synthetic:96 --output s --grid lr=much", "setting lr=much: is not possible", 64),
    ("sweep synthetic:96 --output s --grid lrr=1", "lrr", 64),
    ("sweep synthetic:96 --output s --grid lr", "KEY=VALUE", 64),
    ("sweep synthetic:96 --output s --grid lr=1,1", "names 1.0 twice", 64),
    ("sweep synthetic:96 --output s --grid lr=1 --grid lr=2", "grid lr: is given twice", 64),
    ("sweep synthetic:96 --output s --grid seed=1,2", "seeds", 64),
    ("sweep synthetic:96 --output s --seeds 0", "seeds 0", 64),
    ("sweep synthetic:96 --output s --seeds 1,1", "name 1 twice", 64),
    ("sweep synthetic:96 --output s --variant slow", "has no name", 64),
    ("sweep synthetic:96 --output s --variant a:~lr=1 --variant b:~lr=1", "has the same settings as a", 64),
    ("sweep synthetic:96 --output s --grid batch_size=16,400", "variant batch_size=400: setting batch_size=400", 64),
    (
      "sweep synthetic:96 --output s --set batch_size=16 --grid representations=none,hog",
      "variant representations=hog: representation hog", 64
    ),
    ("sweep synthetic:96 --output s --grid epochs=1,2,3 --seeds 1000", "3000 runs, more than 1000", 64),
    ("sweep synthetic:96 --output s --at soon", "moment soon", 64),
    ("sweep synthetic:96 --output s --set batch_size=16 --at 2 --set validate_every=0", "validate_every=0", 64),
    ("sweep synthetic:96 --output s --held-out 1", "--held-out 1", 64),
    ("sweep synthetic:96 --output s --held-out 0.1 --test-split test", "--test-split", 64),
    ("sweep synthetic:96 --output s --test-split val", "has no split val", 64),
    ("sweep synthetic:96 --output s --jobs 0", "--jobs 0", 64),
    ("sweep synthetic:96", "--output: is missing", 64), ("sweep --output s", "SOURCE: is missing", 64),
    ("sweep --resume --output s", "holds no sweep to go on with", 66),
    ("sweep synthetic:96 synthetic:100 --output s", "is a second source", 64),
    ("sweep none.yaml --output s", "none.yaml", 66), ("sweep synthetic:96 --output notes", "is a file", 64),
    ("sweep synthetic:96 --output others", "holds other files, and no sweep", 64),
    ("sweep file.yaml --config builtin:small --output s", "--config", 64),
    ("sweep file.yaml --output s", "file.yaml:2:", 64), ("sweep folder:none --output s", "none", 66),
    ("sweep synthetic:96 --output s --csv no/dir.csv", "no/dir.csv", 66),
  ])
  func badInputIsRefusedBeforeTheFirstRun(_ line: String, _ words: String, _ status: Int) throws {
    try Data("text".utf8).write(to: folder.url.appending(path: "notes"))
    try manager.createDirectory(atPath: path("others/x"), withIntermediateDirectories: true)
    try Data("base: {source: synthetic:96}\ngrid: {lr: [a]}\n".utf8).write(to: folder.url.appending(path: "file.yaml"))
    let before = try manager.subpathsOfDirectory(atPath: folder.url.path).sorted()
    let run = try mvmr(line, status: Int32(status))
    let errors = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(errors.count == 1 && errors[0].hasPrefix("mvmr: ") && errors[0].contains(words), "\(run.errors)")
    #expect(try manager.subpathsOfDirectory(atPath: folder.url.path).sorted() == before)
  }
}
