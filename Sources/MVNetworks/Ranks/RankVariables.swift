internal import MVCore

/// The variables by which a process learns its rank.
struct RankVariables {
  private let environment: [String: String]

  init(_ environment: [String: String]) { self.environment = environment.filter { !$0.value.isEmpty } }

  /// How far behind a port others are tried.
  private static let tried = 16

  /// What `torchrun` sets, or whoever starts processes as PyTorch does; nil for one process, and where it sets nothing.
  ///
  /// Throws where it is not complete.
  var torchrun: Ranks? {
    get throws(MVError) {
      guard let given = ["WORLD_SIZE", "RANK"].first(where: { environment[$0] != nil }) else { return nil }
      let size = try number("WORLD_SIZE", beside: given)
      guard size != 1 else { return nil }
      let rank = try number("RANK", beside: given)
      let host = try text("MASTER_ADDR", beside: given)
      let port = try number("MASTER_PORT", beside: given)
      // torchrun keeps a store of its own there, whose protocol is that of its PyTorch.
      let isTaken = ["true", "1"].contains(environment["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased() ?? "")
      return try Ranks(
        rank: rank, size: size, localRank: environment["LOCAL_RANK"].flatMap { Int($0) }, host: host,
        ports: isTaken ? Self.ports(behind: port) : [port],
        job: "torchrun \(environment["TORCHELASTIC_RUN_ID"] ?? "") \(host) \(port) \(size)")
    }
  }

  /// What Slurm sets in a step of several tasks; nil for one, and outside a step.
  ///
  /// The script of a batch job is no step: what runs there without `srun` runs once, whatever tasks the job asked for.
  /// Throws where it is not complete.
  var slurm: Ranks? {
    get throws(MVError) {
      guard let step = environment["SLURM_STEP_ID"], environment["SLURM_PROCID"] != nil else { return nil }
      let name = environment["SLURM_STEP_NUM_TASKS"] == nil ? "SLURM_NTASKS" : "SLURM_STEP_NUM_TASKS"
      let size = try number(name, beside: "SLURM_PROCID")
      guard size != 1 else { return nil }
      let job = Int(environment["SLURM_JOB_ID"] ?? environment["SLURM_JOBID"] ?? "") ?? 0
      let port = try environment["MASTER_PORT"] == nil ? nil : number("MASTER_PORT", beside: "SLURM_PROCID")
      let host = try slurmHost
      return try Ranks(
        rank: number("SLURM_PROCID", beside: "SLURM_STEP_ID"), size: size,
        localRank: environment["SLURM_LOCALID"].flatMap { Int($0) }, host: host,
        ports: port.map { [$0] } ?? Self.ports(behind: 10_000 + job % 20_000),
        job: "slurm \(job) \(step) \(host) \(size)")
    }
  }

  /// The machine of a step's first task.
  private var slurmHost: String {
    get throws(MVError) {
      if let host = environment["MASTER_ADDR"] { return host }
      if (environment["SLURM_STEP_NUM_NODES"] ?? environment["SLURM_NNODES"]) == "1" { return "127.0.0.1" }
      let nodes = environment["SLURM_STEP_NODELIST"] ?? environment["SLURM_JOB_NODELIST"]
      if let host = nodes.flatMap({ Self.firstNode(of: $0) }) ?? environment["SLURM_LAUNCH_NODE_IPADDR"] { return host }
      throw missing("SLURM_JOB_NODELIST", beside: "SLURM_PROCID")
    }
  }

  /// The first name of a list as Slurm writes it: `node[07-09,12],other` begins with `node07`.
  static func firstNode(of list: String) -> String? {
    let end = list.firstIndex { $0 == "," || $0 == "[" } ?? list.endIndex
    var name = String(list[..<end])
    guard end < list.endIndex, list[end] == "[" else { return name.isEmpty ? nil : name }
    let inside = list[list.index(after: end)...]
    guard let close = inside.firstIndex(of: "]") else { return nil }
    let number = inside[..<close].prefix { $0.isNumber }
    guard !number.isEmpty else { return nil }
    name += number
    // Behind the brackets a name may go on, with brackets of its own.
    let rest = inside[inside.index(after: close)...]
    guard let first = rest.first, first != "," else { return name }
    return firstNode(of: String(rest)).map { name + $0 }
  }

  private static func ports(behind port: Int) -> [Int] {
    (1...tried).map { port + $0 <= 65_535 ? port + $0 : port - $0 }
  }

  private func text(_ name: String, beside given: String) throws(MVError) -> String {
    guard let text = environment[name] else { throw missing(name, beside: given) }
    return text
  }

  private func number(_ name: String, beside given: String) throws(MVError) -> Int {
    let text = try text(name, beside: given)
    guard let number = Int(text), number >= 0 else {
      throw .usage("variable \(name)=\(text)", "is not a number", remedy: "let torchrun or srun set it")
    }
    return number
  }

  private func missing(_ name: String, beside given: String) -> MVError {
    .usage(
      "variable \(name)",
      "is missing, and \(given)=\(environment[given] ?? "") says that several processes compute together",
      remedy: "start them by torchrun or srun, which set it, or unset \(given) to compute alone")
  }
}
