import Foundation
public import MVCore
import Synchronization
import Testing

/// Ranks as threads of this process: libtorch connects them as it does processes.
public enum RankThreads {
  private final class Outcomes<Value: Sendable>: Sendable {
    let all: Mutex<[Int: Result<Value, MVError>]> = Mutex([:])
  }

  /// A port of this machine that is free now.
  public static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(isBound)
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// What `body` gives for each rank of `count`, at one port; nil for one that has not come to an end in two minutes.
  public static func results<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (_ rank: Int, _ port: Int) throws(MVError) -> Value
  ) throws -> [Result<Value, MVError>?] {
    let outcomes = Outcomes<Value>()
    let port = try freePort()
    let ended = DispatchSemaphore(value: 0)
    for rank in 0..<count {
      let thread = Thread {
        do throws(MVError) {
          let value = try body(rank, port)
          outcomes.all.withLock { $0[rank] = .success(value) }
        } catch {
          outcomes.all.withLock { $0[rank] = .failure(error) }
        }
        ended.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    for _ in 0..<count where ended.wait(timeout: .now() + 120) == .timedOut { break }
    return outcomes.all.withLock { all in (0..<count).map { all[$0] } }
  }
}
