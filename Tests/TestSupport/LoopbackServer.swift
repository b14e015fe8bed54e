public import Foundation
internal import Synchronization

/// A small HTTP server on this machine's loopback address, which can break off, as servers do.
public final class LoopbackServer: Sendable {
  /// A request that came.
  public struct Request: Hashable, Sendable {
    /// What was asked for.
    public let path: String
    /// The first byte asked for; nil without a range.
    public let start: Int?
  }

  private struct State {
    var requests: [Request] = []
    var cuts: [Int]
  }

  private let files: [String: Data]
  private let honorsRanges: Bool
  private let length: String?
  private let isSilent: Bool
  private let listener: Int32
  private let state: Mutex<State>
  /// The port it listens on.
  public let port: Int

  /// Serves `files` by path (`/name`); the body of answer i is cut off after `cuts[i]` bytes.
  ///
  /// `length` is what answers say that their length is, instead of what it is; a silent server takes requests and
  /// answers none.
  public init(
    _ files: [String: Data], cuts: [Int] = [], honorsRanges: Bool = true, length: String? = nil, isSilent: Bool = false
  ) throws {
    self.length = length
    self.isSilent = isSilent
    self.files = files
    self.honorsRanges = honorsRanges
    state = Mutex(State(cuts: cuts))
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 8) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard listener >= 0, bound else { throw CocoaError(.featureUnsupported) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        answer(connection)
        if !isSilent { close(connection) }
      }
    }
  }

  /// Stops listening.
  public func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The address of a path.
  public func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// The requests that came so far.
  public var requests: [Request] { state.withLock(\.requests) }

  private func answer(_ connection: Int32) {
    var head = Data()
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      let count = read(connection, &buffer, buffer.count)
      guard count > 0 else { return }
      head += buffer[..<count]
    }
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
    let start = range.flatMap { Int($0.drop { $0 != "=" }.dropFirst().prefix { $0.isNumber }) }
    let cut = state.withLock { state in
      state.requests.append(Request(path: path, start: start))
      return state.cuts.isEmpty ? nil : state.cuts.removeFirst()
    }
    if isSilent { return }
    guard let body = files[path] else {
      reply("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Data(), connection)
      return
    }
    let first = honorsRanges ? start ?? 0 : 0
    guard first < body.count else {
      reply("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", Data(), connection)
      return
    }
    let part = body.dropFirst(first)
    let status =
      first > 0
      ? "206 Partial Content\r\nContent-Range: bytes \(first)-\(body.count - 1)/\(body.count)" : "200 OK"
    reply(
      "HTTP/1.1 \(status)\r\nContent-Length: \(length ?? "\(part.count)")\r\nConnection: close\r\n\r\n",
      part.prefix(cut ?? .max),
      connection)
  }

  private func reply(_ head: String, _ body: Data, _ connection: Int32) {
    let bytes = Data(head.utf8) + body
    bytes.withUnsafeBytes { raw in
      var at = 0
      while at < raw.count {
        let count = send(connection, raw.baseAddress! + at, raw.count - at, 0x4000)  // MSG_NOSIGNAL
        guard count > 0 else { return }
        at += count
      }
    }
  }
}
