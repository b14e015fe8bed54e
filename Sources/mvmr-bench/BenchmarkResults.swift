internal import Foundation
internal import MVCommandLine
internal import MVCore

/// What a benchmark measured: a table for people, or one JSON object that can be kept and compared later.
struct BenchmarkResults: Codable {
  /// What a figure counts.
  enum Unit: String, Codable {
    case seconds
    case gibibytes
    case imagesPerSecond = "images_per_second"

    /// A figure with its unit.
    func text(_ value: Double) -> String {
      switch self {
      case .seconds: value < 0.1 ? String(format: "%.2f ms", 1000 * value) : String(format: "%.3f s", value)
      case .gibibytes: String(format: "%.2f GiB", value)
      case .imagesPerSecond: String(format: "%.1f images/s", value)
      }
    }
  }

  /// One measurement: ours, and a peer's where there is one.
  struct Figure: Codable {
    /// What was done, and on what.
    let work: String
    let unit: Unit
    let ours: Double
    /// Who else did it.
    var peer: String?
    var theirs: Double?
    /// The ratio that is wanted.
    var wanted: Double?
    var remark: String?

    /// How many times as good as the peer ours is; nil without a peer.
    var ratio: Double? { theirs.map { unit == .imagesPerSecond ? ours / $0 : $0 / ours } }
  }

  /// Which benchmark it was.
  let benchmark: String
  /// The day, as `2026-11-26`.
  let date: String
  let machine: Machine
  private(set) var measurements: [Figure] = []

  init(_ benchmark: String) {
    self.benchmark = benchmark
    date = Date.now.formatted(.iso8601.year().month().day())
    machine = .this
  }

  /// The option that every benchmark takes.
  static let option = Argument.flag("json", "print one JSON object: the machine and every measurement")

  mutating func add(_ figure: Figure) { measurements.append(figure) }

  /// Prints JSON where `--json` asks for it, else the table.
  func print(_ arguments: ParsedArguments) throws(MVError) {
    if arguments.has("json") {
      try Terminal.printJSON(self)
      return
    }
    var table = TextTable("work", "ours", "peer", "theirs", "ratio", "wanted", "remark")
    for figure in measurements {
      table.add(
        figure.work, figure.unit.text(figure.ours), figure.peer ?? "-", figure.theirs.map(figure.unit.text) ?? "-",
        figure.ratio.map { String(format: "%.2f", $0) } ?? "-", figure.wanted.map { "\($0)" } ?? "-",
        figure.remark ?? "")
    }
    try Terminal.result(table.text)
  }
}
