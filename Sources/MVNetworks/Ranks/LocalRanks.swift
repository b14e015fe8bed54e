internal import Foundation
internal import MVCore

/// The ranks of a run that are processes of this machine, by what the system lists.
///
/// One that ends before it has met rank 0 is known to nobody by a connection; on the same machine the others can see
/// that it was there, and is not any more. A rank of another machine, user or container is not seen, and waited for.
struct LocalRanks {
  private let ranks: Ranks
  private let list: String
  private let program: String
  /// The last process that each rank was seen as.
  private var seen: [Int: String] = [:]
  /// The ranks that were seen once, and not the last time.
  private var gone: Set<Int> = []
  private var next = ContinuousClock.now

  /// `list` is where the system lists processes.
  init(_ ranks: Ranks, list: String = "/proc") {
    self.ranks = ranks
    self.list = list
    program = Self.text("\(list)/self/comm")
  }

  /// The first of these ranks that was there and has ended, by name; nil where there is none.
  ///
  /// Looks once a second, however often it is asked.
  mutating func ended(among missing: some Collection<Int>) -> String? {
    guard ContinuousClock.now >= next else { return nil }
    next = .now + .seconds(1)
    return look(for: missing)
  }

  /// Looks at once.
  mutating func look(for missing: some Collection<Int>) -> String? {
    let present = processes()
    seen.merge(present) { $1 }
    let absent = Set(seen.keys).subtracting(present.keys)
    defer { gone = absent }
    // Twice in a row: a process whose program is just being replaced has no variables to be seen.
    guard let rank = missing.sorted().first(where: { absent.contains($0) && gone.contains($0) }),
      let process = seen[rank]
    else { return nil }
    return Presence.name(rank, of: ranks, "process \(process) of this machine")
  }

  /// The processes of this program whose variables make them ranks of the same run; one that has ended has none.
  private func processes() -> [Int: String] {
    guard !program.isEmpty, let names = try? FileManager.default.contentsOfDirectory(atPath: list) else { return [:] }
    var found: [Int: String] = [:]
    for name in names where Int(name) != nil && Self.text("\(list)/\(name)/comm") == program {
      var environment: [String: String] = [:]
      for variable in Self.text("\(list)/\(name)/environ").split(separator: "\0") {
        let parts = variable.split(separator: "=", maxSplits: 1).map(String.init)
        if parts.count == 2 { environment[parts[0]] = parts[1] }
      }
      guard let other = try? Ranks(environment: environment) else { continue }
      if other.job == ranks.job, other.size == ranks.size { found[other.rank] = name }
    }
    return found
  }

  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
