import Foundation
import MVCore
import MVImaging
import TestSupport
import Testing

/// `mvmr sweep`: what it trains and scores, what it says of that, and what it refuses.
@Suite(.serialized) struct SweepCommandTests {
  private let place: SweepPlace

  init() throws { place = try SweepPlace() }

  @Test func aGridIsTrainedScoredAndCompared() throws {
    let sweep = "sweep synthetic:120 \(place.settings) --set epochs=2 --grid lr=0.001,0.01 --seeds 2 --at 1 --output s"
    let planned = try place.mvmr("\(sweep) --dry-run")
    #expect(planned.output.contains("lr-0.01_seed-1") && planned.output.contains("4 runs,") && !place.exists("s"))
    let run = try place.mvmr("\(sweep) --json --csv s.csv --markdown s.md --latex s.tex")
    let found = try place.results(run)
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
          #expect(place.exists("s/\(one.folder)/\(file)"), "\(one.folder)/\(file)")
        }
      }
    }
    // The scores are those of the command that scores one run.
    let first = found.variants[0].runs[0]
    let alone = try place.mvmr("compare s/\(first.folder) --json").json()["results"] as? [[String: Any]]
    for (method, score) in [("knn", first.knn), ("probe", first.probe)] {
      let top1 = (alone?.first?[method] as? [String: Any])?["top1"] as? Double
      #expect(abs((top1 ?? 0) - (score ?? -1)) < 1e-9)
    }

    // The same command has nothing to do, and compare reads the same.
    let before = try place.bytes("s/lr-0.01_seed-1/last.ckpt")
    let again = try place.mvmr(sweep)
    #expect(again.errors.contains("note: 4 of 4 runs are trained already"), "\(again.errors)")
    #expect(try place.bytes("s/lr-0.01_seed-1/last.ckpt") == before)
    let compared = try place.mvmr("compare s --json --csv c.csv --markdown c.md --latex c.tex --report page")
    #expect(compared.output == run.output)
    for name in ["csv", "md", "tex"] { #expect(try place.bytes("c.\(name)") == place.bytes("s.\(name)"), "\(name)") }
    #expect(again.output.hasPrefix(try place.mvmr("compare s").output))
    #expect(try String(decoding: place.bytes("s.md"), as: UTF8.self).contains("| lr=0.01 | 2 |"))
    for page in ["s/report.html", "page/report.html"] {
      let text = String(decoding: try place.bytes(page), as: UTF8.self)
      #expect(text.contains("linear probe") && text.contains("lr=0.001") && text.contains("class=\"curve\""))
    }
    let refused = try place.mvmr("compare s s/\(first.folder)", status: 64)
    #expect(refused.errors.contains("is a sweep"))
    #expect(try place.mvmr("compare s --folds 3", status: 64).errors.contains("--folds"))
  }

  /// A run is the same to the byte alone, beside others, and by `mvmr train`.
  @Test func runsDoNotDependOnTheirNeighbors() throws {
    let sweep = "sweep synthetic:96 \(place.settings) --set epochs=2 --grid lr=0.001,0.01"
    try place.mvmr("\(sweep) --jobs 2 --output two")
    try place.mvmr("\(sweep) --jobs 1 --output one")
    let words = place.settings.replacing("lr=1e-3", with: "lr=0.01")
    try place.mvmr("train synthetic:96 \(words) --set epochs=2 --set threads=1 --set workers=1 --output alone")
    for run in ["lr-0.001_seed-0", "lr-0.01_seed-0"] {
      #expect(try place.bytes("two/\(run)/last.ckpt") == place.bytes("one/\(run)/last.ckpt"))
    }
    #expect(try place.bytes("two/lr-0.01_seed-0/last.ckpt") == place.bytes("alone/last.ckpt"))
  }

  @Test func imagesWithoutLabelsAreTrainedAndNotScored() throws {
    let images = try Fixture.images("images/rgb32")
    try place.manager.createDirectory(atPath: place.path("flat"), withIntermediateDirectories: true)
    for number in 0..<32 {
      try images[number % images.count].writePNG(to: place.folder.url.appending(path: "flat/\(number).png"))
    }
    let run = try place.mvmr(
      "sweep folder:flat --layout flat --size 24x24 \(place.settings) --set epochs=1 --grid lr=0.001,0.01 --output s")
    #expect(run.errors.contains("runs are trained and not scored"), "\(run.errors)")
    #expect(place.exists("s/lr-0.01_seed-0/last.ckpt") && !place.exists("s/lr-0.01_seed-0/embedding.h5"))
    #expect(run.output.contains("lr=0.01"))
  }

  @Test(arguments: [
    ("sweep synthetic:96 --output s --grid lr=much", "setting lr=much: is not possible", 64),
    ("sweep synthetic:96 --output s --grid lrr=1", "lrr", 64),
    ("sweep synthetic:96 --output s --grid lr", "KEY=VALUE", 64),
    ("sweep synthetic:96 --output s --grid lr=1,1", "grid lr=1.0: is given twice", 64),
    ("sweep synthetic:96 --output s --grid lr=1 --grid lr=2", "grid lr: is given twice", 64),
    ("sweep synthetic:96 --output s --grid seed=1,2", "seeds", 64),
    ("sweep synthetic:96 --output s --seeds 0", "seeds 0", 64),
    ("sweep synthetic:96 --output s --seeds 1,1", "seed 1: is given twice", 64),
    ("sweep synthetic:96 --output s --variant slow", "has no name", 64),
    ("sweep synthetic:96 --output s --variant a:~lr=1 --variant b:~lr=1", "has the same settings as a", 64),
    ("sweep synthetic:96 --output s --grid batch_size=16,400", "variant batch_size=400: setting batch_size=400", 64),
    (
      "sweep synthetic:96 --output s --set batch_size=16 --grid representations=none,hog",
      "variant representations=hog: representation hog", 64
    ),
    ("sweep synthetic:96 --output s --grid epochs=1,2,3 --seeds 1000", "3000 runs, more than 1000", 64),
    ("sweep synthetic:96 --output s --at soon", "moment soon", 64),
    ("sweep synthetic:96 --output s --at 2,60s,1min", "moment 60s: is given twice", 64),
    ("sweep synthetic:96 --output s --held-out 0.1,0.2", "--held-out 0.1,0.2", 64),
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
    try Data("text".utf8).write(to: place.folder.url.appending(path: "notes"))
    try place.manager.createDirectory(atPath: place.path("others/x"), withIntermediateDirectories: true)
    try Data("base: {source: synthetic:96}\ngrid: {lr: [a]}\n".utf8).write(
      to: place.folder.url.appending(path: "file.yaml"))
    let before = try place.manager.subpathsOfDirectory(atPath: place.folder.url.path).sorted()
    let run = try place.mvmr(line, status: Int32(status))
    let errors = run.errors.split(separator: "\n").filter { !$0.hasPrefix("note: ") }
    #expect(errors.count == 1 && errors[0].hasPrefix("mvmr: ") && errors[0].contains(words), "\(run.errors)")
    #expect(try place.manager.subpathsOfDirectory(atPath: place.folder.url.path).sorted() == before)
  }
}
