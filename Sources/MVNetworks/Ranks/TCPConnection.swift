internal import Foundation
internal import MVCore

/// A connection by which two processes exchange a few short lines.
final class TCPConnection: Sendable {
  /// Why there is no connection, in the system's words.
  struct Failure: Error {
    let words: String
  }

  private let descriptor: Int32

  fileprivate init(owning descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Connects to a machine by name or address.
  static func connect(
    to host: String, port: Int, until deadline: ContinuousClock.Instant
  ) -> Result<TCPConnection, Failure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &list)
    guard status == 0 else { return .failure(Failure(words: String(cString: gai_strerror(status)))) }
    defer { freeaddrinfo(list) }
    var words = "no address"
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      let descriptor = socket(
        entry.ai_family, entry.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), entry.ai_protocol)
      guard descriptor >= 0 else { continue }
      let connection = TCPConnection(owning: descriptor)
      var code: Int32 = 0
      if Foundation.connect(descriptor, entry.ai_addr, entry.ai_addrlen) != 0 {
        code = errno
        if code == EINPROGRESS {
          guard connection.wait(for: Int16(POLLOUT), until: deadline) else {
            words = String(cString: strerror(ETIMEDOUT))
            continue
          }
          var length = socklen_t(MemoryLayout<Int32>.size)
          getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        }
      }
      if code == 0 { return .success(connection) }
      words = String(cString: strerror(code))
    }
    return .failure(Failure(words: words))
  }

  /// Writes a short text; one that the other end does not take is lost, which it then tells by ending.
  func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Whether the other end is closed: its process has ended, or its machine does not answer probes.
  var hasEnded: Bool {
    // POLLRDHUP, which comes also where there are words to be read before the end.
    var asked = pollfd(fd: descriptor, events: 0x2000, revents: 0)
    return poll(&asked, 1, 0) > 0
  }

  /// Lets the system ask the other machine, where nothing else passes, whether it is still there: half a minute.
  func probe() {
    func set(_ level: Int32, _ option: Int32, _ value: Int32) {
      var value = value
      setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
    set(SOL_SOCKET, SO_KEEPALIVE, 1)
    set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, 10)
    set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5)
    set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 4)
  }

  /// Reads up to the end of a line; nil where none comes in time, and where it is longer than any that is meant.
  func line(until deadline: ContinuousClock.Instant) -> String? {
    var bytes: [UInt8] = []
    while bytes.count < 1024, wait(for: Int16(POLLIN), until: deadline) {
      var byte: UInt8 = 0
      let count = recv(descriptor, &byte, 1, 0)
      if count < 0, errno == EAGAIN || errno == EINTR { continue }
      guard count == 1 else { return nil }
      guard byte != UInt8(ascii: "\n") else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    return nil
  }

  /// The address of this end, as numbers.
  var ownAddress: String? { address(getsockname) }

  /// The address of the other end, as numbers.
  var peerAddress: String? { address(getpeername) }

  /// Whether only this machine is reached by an address.
  static func isLoopback(_ address: String) -> Bool { address.hasPrefix("127.") || address == "::1" }

  private func address(
    _ read: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> String? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let isKnown = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        read(descriptor, $0, &length) == 0
          && getnameinfo($0, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
      }
    }
    guard isKnown else { return nil }
    let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // An address of version 4, as a socket of version 6 writes it.
    return address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
  }

  fileprivate func wait(for events: Int16, until deadline: ContinuousClock.Instant) -> Bool {
    TCPConnection.wait(descriptor, for: events, until: deadline)
  }

  fileprivate static func wait(_ descriptor: Int32, for events: Int16, until deadline: ContinuousClock.Instant) -> Bool
  {
    while true {
      let left = (deadline - ContinuousClock.now).seconds
      var asked = pollfd(fd: descriptor, events: events, revents: 0)
      let count = poll(&asked, 1, Int32(max(0, min(left * 1000, 1e6))))
      if count > 0 { return true }
      guard count < 0 && errno == EINTR || left > 0 else { return false }
    }
  }
}

/// A port at which other processes may connect, on every address of this machine.
final class TCPListener {
  private let descriptor: Int32

  /// Listens; nil where the port is not free.
  init?(port: Int) {
    var address6 = sockaddr_in6(), address4 = sockaddr_in()
    address6.sin6_family = sa_family_t(AF_INET6)
    address6.sin6_port = in_port_t(port).bigEndian
    address4.sin_family = sa_family_t(AF_INET)
    address4.sin_port = in_port_t(port).bigEndian
    // A socket of version 6 takes both, where the system has that version.
    guard
      let opened = Self.open(AF_INET6, &address6) ?? (Self.hasVersion6 ? nil : Self.open(AF_INET, &address4))
    else { return nil }
    descriptor = opened
  }

  deinit { close(descriptor) }

  private static var hasVersion6: Bool {
    let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return descriptor >= 0
  }

  private static func open<Address>(_ family: Int32, _ address: inout Address) -> Int32? {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var (on, off) = (Int32(1), Int32(0))
    let length = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, length)
    if family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &off, length) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
      }
    }
    guard descriptor >= 0, isBound, listen(descriptor, 128) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Waits for the next connection; nil where none comes in time.
  func accept(until deadline: ContinuousClock.Instant) -> TCPConnection? {
    while TCPConnection.wait(descriptor, for: Int16(POLLIN), until: deadline) {
      let connection = Foundation.accept(descriptor, nil, nil)
      guard connection >= 0 else { continue }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      _ = fcntl(connection, F_SETFL, O_NONBLOCK)
      return TCPConnection(owning: connection)
    }
    return nil
  }
}
