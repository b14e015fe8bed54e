internal import Foundation
internal import MVCommandLine
internal import MVCore

/// What a benchmark measured: a table for people, or one JSON object that can be kept and compared later.
struct BenchmarkResults: Encodable {
  /// What a figure counts.
  enum Unit: String, Encodable {
    case seconds
    case gibibytes
    case imagesPerSecond = "images_per_second"

    /// A figure with its unit.
    func text(_ value: Double) -> String {
      switch self {
      case .seconds: String(format: "%.3f s", value)
      case .gibibytes: String(format: "%.2f GiB", value)
      case .imagesPerSecond: String(format: "%.1f images/s", value)
      }
    }
  }

  /// One measurement: ours, and a peer's where there is one.
  struct Figure: Encodable {
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

    private enum CodingKeys: String, CodingKey { case work, unit, ours, peer, theirs, ratio, wanted, remark }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(work, forKey: .work)
      try container.encode(unit, forKey: .unit)
      try container.encode(ours, forKey: .ours)
      try container.encodeIfPresent(peer, forKey: .peer)
      try container.encodeIfPresent(theirs, forKey: .theirs)
      try container.encodeIfPresent(ratio, forKey: .ratio)
      try container.encodeIfPresent(wanted, forKey: .wanted)
      try container.encodeIfPresent(remark, forKey: .remark)
    }
  }

  /// Which benchmark it was.
  let benchmark: String
  let machine = Machine.this
  private(set) var measurements: [Figure] = []

  private enum CodingKeys: String, CodingKey { case benchmark, machine, measurements }

  init(_ benchmark: String) { self.benchmark = benchmark }

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
