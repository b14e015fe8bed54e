public import MVCore
public import MVNetworks
public import TestSupport
import Testing

extension RankThreads {
  /// What `body` gives on each rank of a group of `count`; `willing` are the ranks that may share memory.
  public static func results<Value: Sendable>(
    _ count: Int, willing: Range<Int>? = nil, _ body: @escaping @Sendable (ProcessGroup) throws(MVError) -> Value
  ) throws -> [Result<Value, MVError>?] {
    try results(count) { (rank, port) throws(MVError) in
      try body(
        ProcessGroup(
          Ranks(rank: rank, size: count, host: "127.0.0.1", ports: [port]), patience: 60,
          sharingMemory: (willing ?? 0..<count).contains(rank)))
    }
  }

  /// The same of a body that fails on no rank.
  public static func values<Value: Sendable>(
    _ count: Int, willing: Range<Int>? = nil,
    _ body: @escaping @Sendable (ProcessGroup) throws(MVError) -> Value
  ) throws -> [Value] {
    try results(count, willing: willing, body).map { try #require($0).get() }
  }
}
