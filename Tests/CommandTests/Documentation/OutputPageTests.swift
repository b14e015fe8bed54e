import Foundation
import MVFiles
import TestSupport
import Testing

/// What the commands print as JSON and write as CSV is what Output.md says: no key more, and none less.
struct OutputPageTests {
  /// A section of the page: its tables by their first column's name, each row as its cells.
  private struct Section {
    var tables: [String: [[String]]] = [:]

    /// What a table's first column names, without the marks of code.
    func names(_ column: String) -> [String] { (tables[column] ?? []).map { $0[0] } }
    /// The keys that are always there.
    var certain: [String] { (tables["key"] ?? []).filter { $0.last == "always" }.map { $0[0] } }
  }

  /// The sections of the page by their headings.
  private static let sections: [String: Section] = {
    let text = Page.all.first { $0.name.hasSuffix("Output.md") }?.text ?? ""
    var sections: [String: Section] = [:]
    var (heading, column) = ("", "")
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
      guard line.hasPrefix("|") else {
        column = ""
        continue
      }
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces).replacing("`", with: "") }
      if column.isEmpty {
        column = cells[0]
      } else if !cells[0].hasPrefix("---") {
        sections[heading, default: Section()].tables[column, default: []].append(cells)
      }
    }
    return sections
  }()

  /// The commands that the sections are of; `?` is the folder of a sample.
  private static let commands: [(heading: String, words: String)] = [
    ("extract", "extract synthetic:60 --representation hog --output ?/new.h5"),
    ("extract", "extract folder:?/photos --representation hog --skip-bad-images --output ?/photos.h5"),
    ("extract --dry-run", "extract synthetic:60 --dry-run --output ?/none.h5"),
    ("merge", "merge ?/1.h5 ?/2.h5 --output ?/merged.h5"), ("convert", "convert ?/a.h5 --output ?/arrays"),
    ("convert", "convert ?/a.h5 --compress --output ?/packed.h5"),
    ("convert", "convert train/x=?/x.npy --output ?/imported.h5"), ("inspect", "inspect ?/a.h5"),
    ("inspect", "inspect ?/1.h5"), ("inspect", "inspect ?/many.h5"), ("verify", "verify ?/a.h5"),
    ("knn", "knn ?/a.h5 --representation hog"),
    ("knn", "knn ?/a.h5 --representation hog --k 1,5 --temperature 0.1,1 --weighting majority"),
    ("knn", "knn ?/a.h5 --representation hog --k 1 --temperature 0.1,1"),
    ("probe", "probe ?/a.h5 --representation hog"), ("probe", "probe ?/a.h5 --representation hog --lambda 1"),
    ("probe --protocol", "probe ?/a.h5 --representation hog --protocol dino --epochs 2"),
    ("probe --protocol", "probe ?/a.h5 --representation hog --protocol dino --epochs 2 --learning-rate 0.1,1"),
    ("probe, several labels a row", "probe ?/many.h5 --representation x"),
    ("compare", "compare ?/a.h5 --folds 2"), ("compare", "compare ?/a.h5 ?/two.h5"),
    ("compare, several labels a row", "compare ?/many.h5"),
    ("show", "show ?/x.png --output ?/shown.png"), ("datasets list", "datasets list"),
    ("datasets info", "datasets info synthetic:60"), ("representations", "representations"),
    ("representations NAME", "representations hog"), ("train", "train synthetic:64 --output ?/run SET"),
    ("train --settings", "train --settings"),
    ("train --print-config", "train synthetic:64 --size 32x32 --output ?/run2 --print-config"),
    ("train --find-lr", "train synthetic:64 --find-lr SET"),
    ("train --find-batch", "train synthetic:64 --find-batch SET"),
    ("sweep", "sweep synthetic:64 SET --set validate_every=1 --grid lr=0.001,0.01 --seeds 2 --at 1 --output ?/sweep"),
    ("sweep", "compare ?/sweep"), ("sweep", "sweep synthetic:64 SET --held-out 0.2 --output ?/sweep2"),
    ("sweep --dry-run", "sweep synthetic:64 SET --grid lr=0.001,0.01 --output ?/sweep3 --dry-run"),
    (
      "finetune",
      "finetune ?/first synthetic:60 --output ?/tuned --set epochs=2 --set batch_size=16 --set threads=1"
    ), ("finetune --settings", "finetune --settings"),
    ("embed", "embed ?/first synthetic:60 --output ?/embedding.h5"),
    ("evaluate", "evaluate ?/first synthetic:60 --output ?/evaluation"),
    (
      "evaluate",
      "evaluate ?/tuned/best.ckpt synthetic:60 --head --augmented 2 --protocol mv-mr --output ?/evaluation2"
    ),
    ("networks", "networks"), ("networks NETWORK", "networks dinov2-vits14"), ("networks NETWORK", "networks ?/first"),
    ("networks NETWORK", "networks FIXTURES/network-files/timm --set heads=2"),
    ("export", "export ?/first --output ?/exported.safetensors"),
    ("demo", "demo --images 100 --epochs 1 --output ?/demo"), ("errors", "inspect ?/missing.h5"),
    ("errors", "knn ?/a.h5 --representation nothing"), ("errors", "knn ?/a.h5 --representation hog --nonsense"),
    ("errors", "extract folder:?/photos --representation hog --output ?/stopped.h5"),
  ]

  private static let settings =
    "--set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 --set batch_size=16 --set epochs=2 --set threads=1"

  @Test func everySectionHasACommand() {
    let tested = Set(Self.commands.map(\.heading)).union(["datasets download"])
    let written = Set(Self.sections.filter { $0.value.tables["key"] != nil }.keys)
    #expect(tested == written, "Output.md: \(tested.symmetricDifference(written).sorted())")
  }

  @Test func keysAreThoseOfThePage() throws {
    let sample = try OutputSample()
    for (heading, words) in Self.commands {
      let section = try #require(Self.sections[heading], "\(heading)")
      let outcome = try sample.run(
        words.replacing("SET", with: Self.settings).replacing("FIXTURES", with: Fixture.url("").path), "--json")
      let isError = heading == "errors"
      #expect((outcome.status == 0) != isError, "\(words): \(outcome.errors)")
      let text = isError ? outcome.errors.split(separator: "\n").last.map(String.init) ?? "" : outcome.output
      if isError { #expect(outcome.output.isEmpty) } else { #expect(text.filter(\.isNewline).count == 1, "\(words)") }
      var keys = JSONKeys()
      keys.add(try #require(try? JSONSerialization.jsonObject(with: Data(text.utf8)), "\(words): \(text)"))
      let documented = section.names("key")
      let unknown = keys.found.filter { key in !documented.contains { JSONKeys.covers($0, key) } }
      #expect(unknown.isEmpty, "Output.md, \(heading): \(unknown.sorted()) are not there")
      let missing = section.certain.filter { name in
        !keys.found.contains { JSONKeys.covers(name, $0) } && !keys.empty.contains { name.hasPrefix($0) }
      }
      #expect(missing.isEmpty, "Output.md, \(heading): \(missing) are not printed by \(words)")
    }
  }

  @Test func tablesAreThoseOfThePage() throws {
    let sample = try OutputSample()
    func lines(_ words: String, _ option: String) throws -> [Substring] {
      let file = sample.folder.url.appending(path: "x.csv")
      let outcome = try sample.run(words, option, file.path)
      try #require(outcome.status == 0, "\(words): \(outcome.errors)")
      return String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
    }
    let section = try #require(Self.sections["CSV files"])
    for words in [
      "knn ?/a.h5 --representation hog --k 1,5", "probe ?/a.h5 --representation hog",
      "probe ?/a.h5 --representation hog --protocol dino --epochs 2 --learning-rate 0.1,1",
    ] {
      let lines = try lines(words, "--csv")
      #expect(lines[0].split(separator: ",").map(String.init) == section.names("column"))
      let measures = Set(
        lines.dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[1]) })
      let unknown = measures.subtracting(section.names("measure"))
      #expect(!measures.isEmpty && unknown.isEmpty, "Output.md, CSV files: \(unknown.sorted()) are not there")
    }
    let labels = try lines("probe ?/many.h5 --representation x", "--csv")
    #expect(labels[0].split(separator: ",").map(String.init) == section.names("column"))
    let measures = Set(
      labels.dropFirst().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[1]) })
    let own = Self.sections["CSV files of several labels a row"]?.names("measure of labels") ?? []
    let unknown = measures.subtracting(section.names("measure") + own)
    #expect(measures.isSuperset(of: own) && unknown.isEmpty, "Output.md, CSV files: \(unknown.sorted())")
  }

  @Test func everyCommandTakesJSONAndQuiet() throws {
    let help = try Tool.mvmr("--help").output
    let names = help.split(separator: "\n").drop { !$0.uppercased().hasPrefix("SUBCOMMANDS") }.dropFirst()
      .prefix { $0.hasPrefix("  ") }.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(names.contains("knn") && names.contains("train"), "\(help)")
    // What these two write is for a shell and for man.
    for name in names where !["Begin", "completions", "manual"].contains(name) {
      let own = try Tool.mvmr(name, "--help").output
      #expect(own.contains("--json") && own.contains("--quiet"), "\(name): \(own)")
    }
  }
}

/// The keys of a JSON value, as Output.md writes them.
private struct JSONKeys {
  /// The key of every value that is no object or array.
  private(set) var found: Set<String> = []
  /// Arrays and objects that are empty, whose keys cannot be seen.
  private(set) var empty: Set<String> = []

  mutating func add(_ value: Any, at key: String = "") {
    if let object = value as? [String: Any] {
      if object.isEmpty { empty.insert(key) }
      for (name, inner) in object { add(inner, at: key.isEmpty ? name : "\(key).\(name)") }
    } else if let array = value as? [Any] {
      if array.isEmpty { empty.insert("\(key)[]") }
      for inner in array { add(inner, at: "\(key)[]") }
    } else {
      found.insert(key)
    }
  }

  /// Whether the page's key `name` stands for `key`: `a.*` for `a` and everything within it.
  static func covers(_ name: String, _ key: String) -> Bool {
    guard name.hasSuffix("*") else { return name == key }
    let outer = name.dropLast(name.hasSuffix(".*") ? 2 : 1)
    return outer.isEmpty || key == outer || key.hasPrefix("\(outer).") || key.hasPrefix("\(outer)[]")
  }
}

/// Files that commands can be tried on.
private struct OutputSample {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    func path(_ name: String) -> String { folder.url.appending(path: name).path }
    func make(_ words: String) throws {
      let outcome = try run(words)
      try #require(outcome.status == 0, "\(words): \(outcome.errors)")
    }
    try make("extract synthetic:60 --representation hog --output ?/a.h5")
    try make("extract synthetic:60 --representation color --output ?/two.h5")
    for shard in 1...2 {
      try make("extract synthetic:1000 --representation hog --shard \(shard)/2 --output ?/\(shard).h5")
    }
    let image = Fixture.url("decoding/upright.jpg").path
    try make("show \(image) --representation hog --output ?/x.png")
    let photos = folder.url.appending(path: "photos/one")
    try FileManager.default.createDirectory(at: photos, withIntermediateDirectories: true)
    let photo = try Data(contentsOf: URL(filePath: path("x.png")))
    try photo.write(to: photos.appending(path: "good.png"))
    try photo.prefix(photo.count / 2).write(to: photos.appending(path: "bad.png"))
    let rows = 40
    try NumPyArray.write(
      (0..<rows * 4).map { Float(($0 * 7919) % 101) / 101 }, shape: [rows, 4], element: .float32,
      to: URL(filePath: path("x.npy")))
    try NumPyArray.write(
      (0..<rows * 3).map { UInt8(($0 * 31) % 5 < 2 ? 1 : 0) }, shape: [rows, 3], element: .uint8,
      to: URL(filePath: path("y.npy")))
    let arrays = ["train", "test"].flatMap { ["\($0)/x=?/x.npy", "\($0)/labels=?/y.npy"] }
    try make("convert \(arrays.joined(separator: " ")) --output ?/many.h5")
    try make(
      "train synthetic:64 --output ?/first --set encoder=cifar-resnet --set widths=4-6-8 --set projector=8 "
        + "--set batch_size=16 --set epochs=1 --set threads=1")
  }

  /// Runs `mvmr` with the words of a line, where `?` is the folder, and `more`.
  func run(_ line: String, _ more: String...) throws -> Tool.Outcome {
    let words = line.replacing("?", with: folder.url.path).split(separator: " ").map(String.init)
    return try Tool.run(Tool.folder.appending(path: "mvmr"), words + more)
  }
}
