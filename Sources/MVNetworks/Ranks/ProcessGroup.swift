internal import CGuarded
internal import CTorch
internal import Foundation
public import MVCore

/// Processes that train one network together, connected by PyTorch's own c10d: its store, and Gloo.
///
/// Where all are on one machine, most values go through memory that they share instead.
///
/// All ranks make the same calls in the same order. One thread at a time may use a group.
public final class ProcessGroup: Sendable {
  /// Which of the processes this one is.
  public let ranks: Ranks
  /// The threads that are this process's share where several ranks are on one machine and may use the same processors.
  public let threads: Int
  /// Whether values go through memory that the ranks share.
  public let sharesMemory: Bool
  package nonisolated(unsafe) let handle: OpaquePointer
  private let connection: Connection
  private let presence: Presence

  /// libtorch's own objects; whoever waits for them longest frees them.
  private final class Connection: @unchecked Sendable {
    var store: OpaquePointer?
    var group: OpaquePointer?

    deinit {
      mvt_group_free(group)
      mvt_store_free(store)
    }
  }

  /// How long to wait for ranks to come, and for one in an exchange, where nothing else is asked for, in seconds.
  ///
  /// In an exchange ranks also wait for what rank 0 does alone: scores and checkpoints.
  public static let patience = (coming: 300.0, exchange: 1800.0)

  /// Connects this process with the others, and waits for them.
  ///
  /// `patience` is how many seconds to wait, for ranks to come and for each exchange; `sharingMemory` is whether this
  /// rank may share memory with the others, which is done where all may and can; `say` is given a line now and then, on
  /// this thread, on who is still waited for. Throws where they do not meet in that time, where one that has
  /// come ends, where one is of another version of this package or of libtorch, and where libtorch cannot connect them.
  public init(
    _ ranks: Ranks, patience: Double? = nil, sharingMemory: Bool = true, say: (String) -> Void = { _ in }
  ) throws(MVError) {
    let coming = patience ?? Self.patience.coming
    // A store of one's own machine answers at once, but for a machine that is busy.
    let milliseconds = Int64(max(coming, 30) * 1000)
    let version = "mvmr \(Version.text) on libtorch \(Torch.version)"
    let rendezvous = Rendezvous(ranks, version: version, seconds: coming)
    let connection = Connection()
    let presence: Presence
    let place: (host: String, port: Int)?
    var address: String
    if ranks.isFirst {
      var port: Int32 = 0
      try Self.check(mvt_store_open(milliseconds, &port, &connection.store), ranks)
      let met = try rendezvous.host(store: Int(port), say: say)
      address = met.address
      presence = met.presence
      place = nil
    } else {
      let found = try rendezvous.find(say: say)
      address = found.address
      presence = found.presence
      place = (found.host, found.port)
    }
    // The variable by which PyTorch is told of a network.
    let interface = ProcessInfo.processInfo.environment["GLOO_SOCKET_IFNAME"]?.split(separator: ",").first
    if let interface { address = String(interface) }
    let (own, isInterface) = (address, interface != nil)
    let exchange = Int64((patience ?? Self.patience.exchange) * 1000)
    try presence.watching(until: .now + .seconds(max(coming, 30))) { () throws(MVError) in
      if let place {
        try Self.check(mvt_store_reach(place.host, Int32(place.port), milliseconds, &connection.store), ranks)
      }
      try Self.check(
        mvt_group_join(
          connection.store, own, isInterface, Int32(ranks.rank), Int32(ranks.size), exchange, &connection.group), ranks)
    }
    guard let group = connection.group else { throw .internalFault("\(ranks)", "was not connected") }
    self.ranks = ranks
    self.connection = connection
    self.presence = presence
    handle = group
    do throws(MVError) { (threads, sharesMemory) = try Self.shares(of: ranks, in: group, sharingMemory) } catch {
      try presence.check()
      throw error
    }
  }

  /// An error of this process as its user should see it: where the group is lost, that is what has happened.
  public func explained(_ error: MVError) -> MVError {
    guard mvt_group_is_lost(handle), error.kind == .internalFault else { return error }
    return Self.lost(ranks, cause: cause(error.reason))
  }

  /// Adds up numbers over the ranks; throws where a rank has ended.
  package func sum(_ values: [Double]) throws(MVError) -> [Double] {
    var values = values
    try check(mvt_group_sum(handle, &values, Int64(values.count)))
    return values
  }

  /// Whether any rank says so; throws where a rank has ended.
  package func anyone(_ says: Bool) throws(MVError) -> Bool { try sum([says ? 1 : 0])[0] > 0 }

  /// Waits until every rank has come here; throws where a rank has ended.
  package func meet() throws(MVError) { _ = try sum([0]) }

  /// The texts of all ranks, in their order; throws where a rank has ended.
  package func texts(_ own: String) throws(MVError) -> [String] { try Self.texts(own, ranks, in: handle) }

  /// Gives every rank the values of rank 0; throws where a rank has ended.
  package func broadcast(_ tensors: [Tensor]) throws(MVError) {
    try check(mvt_group_broadcast(handle, tensors.map { Optional($0.handle) }, Int64(tensors.count)))
  }

  /// Gives every rank the mean of the ranks' values; throws where a rank has ended.
  package func average(_ tensors: [Tensor]) throws(MVError) {
    try check(mvt_group_average(handle, tensors.map { Optional($0.handle) }, Int64(tensors.count)))
  }

  /// The rows of all ranks, in their order and as many of each, in float32; throws where a rank has ended.
  ///
  /// A gradient by them goes to this rank's own: every rank is to compute the same function of all rows, and the
  /// gradients of parameters are then summed over the ranks.
  package func allRows(_ rows: Tensor) throws(MVError) -> Tensor {
    var result: OpaquePointer?
    try check(mvt_group_rows(handle, rows.handle, &result))
    guard let result else { throw .internalFault("rows of all ranks", "gave no tensor") }
    return Tensor(owning: result)
  }

  /// The processors that this process may use, divided among the ranks that may use the same ones, and whether all
  /// ranks share memory from here on.
  private static func shares(
    of ranks: Ranks, in group: OpaquePointer, _ sharingMemory: Bool
  ) throws(MVError) -> (threads: Int, sharesMemory: Bool) {
    func content(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
    let machine = content("/proc/sys/kernel/random/boot_id") + ProcessInfo.processInfo.hostName
    let allowed = content("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") } ?? ""
    let own = "\(machine) \(allowed)"
    let sharers = try texts(own, ranks, in: group).count { $0 == own }
    let threads = max(1, Parallel.processorCount / max(1, sharers))
    // Whether to try is to be the same on every rank.
    let machines = try texts(sharingMemory ? machine : "", ranks, in: group)
    guard ranks.size > 1, sharingMemory, Set(machines).count == 1 else { return (threads, false) }
    var isShared = false
    try check(mvt_group_share(group, &isShared), ranks)
    return (threads, isShared)
  }

  private static func texts(_ own: String, _ ranks: Ranks, in group: OpaquePointer) throws(MVError) -> [String] {
    let bytes = Array(own.utf8)
    var lengths = [Double](repeating: 0, count: ranks.size)
    lengths[ranks.rank] = Double(bytes.count)
    try check(mvt_group_sum(group, &lengths, Int64(lengths.count)), ranks)
    let longest = Int(lengths.max() ?? 0)
    guard longest > 0 else { return lengths.map { _ in "" } }
    let padded = bytes + [UInt8](repeating: 0, count: longest - bytes.count)
    var all = [UInt8](repeating: 0, count: longest * ranks.size)
    try check(mvt_group_gather(group, padded, Int64(longest), &all), ranks)
    return lengths.enumerated().map { rank, length in
      String(decoding: all[rank * longest..<rank * longest + Int(length)], as: UTF8.self)
    }
  }

  func check(_ status: GuardedStatus) throws(MVError) { try Self.check(status, ranks, cause) }

  /// Which rank has ended, where that is known, or else libtorch's words.
  private func cause(_ words: String) -> String {
    // A process that ends closes one connection after the other.
    let deadline = ContinuousClock.now + .milliseconds(500)
    repeat {
      if let missing = presence.missing { return "\(missing) has ended" }
      usleep(20_000)
    } while ContinuousClock.now < deadline
    return words
  }

  private static func check(
    _ status: GuardedStatus, _ ranks: Ranks, _ cause: (String) -> String = { $0 }
  ) throws(MVError) {
    guard status != GuardedOK else { return }
    let words = String(cString: guarded_last_message())
    guard status != GuardedOutOfMemory else {
      throw MVError(.outOfMemory, "\(ranks)", "ran out of memory", remedy: "use a smaller batch_size")
    }
    throw lost(ranks, cause: cause(words))
  }

  private static func lost(_ ranks: Ranks, cause: String) -> MVError {
    .inputOutput(
      "\(ranks)", "has lost the others: one has ended or does not answer",
      remedy: "see what the others say; the run goes on from its last checkpoint by --resume",
      cause: cause.isEmpty ? nil : cause)
  }
}

extension ProcessGroup: Hashable {
  /// Whether both are the same connection.
  public static func == (left: ProcessGroup, right: ProcessGroup) -> Bool { left === right }

  /// Tells connections apart.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
