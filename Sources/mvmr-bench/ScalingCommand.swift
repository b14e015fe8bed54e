internal import Foundation
internal import MVCommandLine
internal import MVCore
internal import MVFiles
internal import MVRepresentations
internal import MVStore

extension Command {
  /// `mvmr-bench scaling`: what ImageNet takes in bytes and hours, of the catalogue and of measurements.
  static let scaling = Command(
    "scaling", summary: "Write the tables of Notebooks-free-docs/Scaling.md, from measurements of --json",
    discussion: """
      Example:
        mvmr-bench scaling Notebooks-free-docs/Benchmarks/*.json
      """,
    arguments: [.positional("FILE", "a file that --json wrote", repeated: true)]
  ) { (arguments) throws(MVError) in
    let runs = try BenchmarkResults.read(arguments.all("FILE"))
    let model = ScalingModel(runs: runs)
    try Terminal.result(
      [
        "## Bytes\n\n\(try model.bytes)", "## Hours\n\n\(model.origin)\n\n\(try model.hours)",
      ].joined(separator: "\n\n"))
  }
}

/// What a data set takes: a worker, of one core, decodes an image and computes one representation after the other.
struct ScalingModel {
  /// The training images of ImageNet (ILSVRC 2012).
  static let images = 1_281_167.0
  /// The bytes of the published archive of these.
  static let archive = 137.7e9
  private static let shape = ImageShape(height: 224, width: 224, channels: 3)
  private static let sketch = 1024

  let runs: [BenchmarkResults]

  /// What is computed of an image: the name in the table, and what it is made of.
  private struct Work {
    let name: String
    /// The works of `mvmr-bench` that a worker does for an image, one after the other.
    let measured: [String]
    /// Values a row.
    let values: Int
  }

  /// Values, bytes an image and gigabytes of ImageNet, of each representation with its defaults.
  var bytes: String {
    get throws(MVError) {
      var rows: [[String]] = []
      for entry in Catalogue.standard.entries {
        rows.append(Self.row("`\(entry.name)`", values: try entry.make().layout(for: Self.shape).count))
      }
      rows.append(Self.row("any, `sketch=\(Self.sketch)`", values: Self.sketch))
      return Self.table(
        ["representation of 224 x 224 RGB", "values"]
          + ElementType.allCases.flatMap { ["bytes an image, \($0.rawValue)", "ImageNet train, \($0.rawValue)"] }, rows)
    }
  }

  private static func row(_ name: String, values: Int) -> [String] {
    [name, "\(values)"]
      + ElementType.allCases.flatMap { element in
        let bytes = values * element.size
        return ["\(bytes)", size(Double(bytes) * images)]
      }
  }

  /// Rates a core, hours of 1, 8 and 64 workers, and the disk that these keep busy.
  var hours: String {
    get throws(MVError) {
      var rows: [[String]] = []
      for work in try works {
        var seconds = 0.0
        for name in work.measured { seconds += try 1 / rate(of: name) }
        let decoding = try 1 / rate(of: work.measured[0])
        let written = Double(work.values * ElementType.float16.size)
        let flow = (Self.archive / Self.images + written) / seconds
        let hours = Self.images * seconds / 3600
        rows.append(
          [work.name, String(format: "%.0f", 1 / seconds), "\(Int((100 * decoding / seconds).rounded())) %"]
            + [1.0, 8, 64].map { Self.time(hours / $0) }
            + [Self.size(64 * flow) + "/s", String(format: "%.0f", max(1, 1e9 / flow))])
      }
      return Self.table(
        [
          "of JPEG photographs, 224 x 224", "images/s a worker", "decoding", "1 worker", "8 workers", "64 workers",
          "disk, 64 workers", "workers that fill 1 GB/s",
        ], rows)
    }
  }

  /// On which machine the rates were measured.
  var origin: String {
    let machines = runs.filter { ["images", "representations"].contains($0.benchmark) }
      .map { "\($0.benchmark) of \($0.date): \($0.machine.processor), \($0.machine.cores) cores" }
    return "Rates of [Benchmarks](Benchmarks.md), " + machines.joined(separator: "; ") + "."
  }

  private var works: [Work] {
    get throws(MVError) {
      let decode = "photograph to 224 of 256 px, exact"
      let fast = "photograph to 224 of 256 px, fast"
      func values(_ names: [String]) throws(MVError) -> Int {
        var sum = 0
        for name in names { sum += try Catalogue.standard.make(name: name).layout(for: Self.shape).count }
        return sum
      }
      var works: [Work] = []
      for name in ["color", "hog", "lbp", "hog-layer", "scattering"] {
        works.append(Work(name: "`\(name)`", measured: [decode, "\(name), 224 px"], values: try values([name])))
      }
      let three = ["color", "hog", "lbp"]
      works.append(
        Work(
          name: "`color`, `hog`, `lbp`", measured: [decode] + three.map { "\($0), 224 px" }, values: try values(three)))
      works.append(
        Work(
          name: "the same, `--decode fast`", measured: [fast] + three.map { "\($0), 224 px" }, values: try values(three)
        ))
      let published = ["scattering", "hog-layer"]
      works.append(
        Work(
          name: "`scattering`, `hog-layer`, `sketch=\(Self.sketch)` each",
          measured: [decode] + published.map { "\($0), 224 px" }, values: published.count * Self.sketch))
      works.append(
        Work(
          name: "`mvmr embed`, ResNet-18", measured: ["embed photographs, ResNet-18, 224 px"],
          values: 512))
      return works
    }
  }

  /// Images a second of one core; throws where it was not measured.
  private func rate(of work: String) throws(MVError) -> Double {
    for run in runs {
      if let figure = run.measurements.first(where: { $0.work == work && $0.unit == .imagesPerSecond }) {
        return figure.ours / Double(run.machine.cores)
      }
    }
    throw .badData(
      work, "is not among the measurements", remedy: "give the files of mvmr-bench images and representations")
  }

  private static func size(_ bytes: Double) -> String {
    bytes < 1e9
      ? String(format: "%.0f MB", bytes / 1e6)
      : bytes < 1e12 ? String(format: "%.1f GB", bytes / 1e9) : String(format: "%.2f TB", bytes / 1e12)
  }

  private static func time(_ hours: Double) -> String {
    hours < 1 / 30
      ? String(format: "%.0f s", 3600 * hours)
      : hours < 1 ? String(format: "%.0f min", 60 * hours) : String(format: "%.1f h", hours)
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    ([head, ["---"] + head.dropFirst().map { _ in "---:" }] + rows)
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }
}
