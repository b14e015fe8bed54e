internal import Foundation

/// Writes to an open descriptor that may be a pipe, a terminal or a full disk, and says what became of it.
package enum StreamWriter {
  /// Writes all of `bytes`; returns 0, or the code (errno) of the failure.
  ///
  /// A reader that takes nothing is waited for as long as it takes, or for `patience` milliseconds in all.
  package static func write(_ bytes: [UInt8], to number: Int32, patience: Int32 = -1) -> Int32 {
    var done = 0
    while done < bytes.count {
      let step = bytes.withUnsafeBytes { Foundation.write(number, $0.baseAddress! + done, bytes.count - done) }
      if step > 0 {
        done += step
      } else if step == 0 {
        return ENOSPC
      } else if errno == EAGAIN || errno == EWOULDBLOCK {
        var wanted = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        if poll(&wanted, 1, patience) == 0 { return EAGAIN }
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
