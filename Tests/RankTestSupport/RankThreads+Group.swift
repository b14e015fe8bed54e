public import MVCore
public import MVNetworks
public import TestSupport
import Testing

extension RankThreads {
  /// What `body` gives on each rank of a group of `count`.
  public static func results<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (ProcessGroup) throws(MVError) -> Value
  ) throws -> [Result<Value, MVError>?] {
    try results(count) { (rank, port) throws(MVError) in
      try body(
        ProcessGroup(Ranks(rank: rank, size: count, host: "127.0.0.1", ports: [port]), patience: 60))
    }
  }

  /// The same of a body that fails on no rank.
  public static func values<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (ProcessGroup) throws(MVError) -> Value
  ) throws -> [Value] {
    try results(count, body).map { try #require($0).get() }
  }
}
