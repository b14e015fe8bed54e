internal import Foundation
internal import MVCore
internal import Synchronization

/// What the system lets this process have, looked at before a command begins.
///
/// Without it, libraries that this package stands on wait for ever, or end the process without a word.
enum ProcessLimits {
  /// Open files that a command may need at once, beside those that it was started with.
  private static let files = 24

  /// Throws where the limits on open files or threads (`ulimit -n`, `-u`) are too low for any work.
  static func check() throws(MVError) {
    try checkFiles()
    try checkMemory()
    // Each worker has a thread, and the libraries have a few.
    try checkThreads(min(Parallel.processorCount, 64) + 2)
  }

  private static func checkFiles() throws(MVError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    var opened: [Int32] = []
    defer { opened.forEach { close($0) } }
    while opened.count < files {
      let number = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard number >= 0 else {
        throw .inputOutput(
          "open files", "are limited to \(limit.rlim_cur), which is too few", remedy: "raise the limit: ulimit -n 256",
          cause: String(cString: strerror(errno)))
      }
      opened.append(number)
    }
  }

  /// OpenBLAS waits for ever for the buffers of its threads, and so do queues for threads without a stack.
  private static func checkMemory() throws(MVError) {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur != ~0 else { return }
    let size = (160 + 48 * min(Parallel.processorCount, 64)) << 20
    // Address space alone, no memory.
    let trial = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard trial != MAP_FAILED else {
      throw MVError(
        .outOfMemory, "memory",
        "is limited to \(ByteCount(Int(clamping: limit.rlim_cur))), of which too little is left",
        remedy: "raise the limit: ulimit -v unlimited", cause: String(cString: strerror(errno)))
    }
    munmap(trial, size)
  }

  private static func checkThreads(_ count: Int) throws(MVError) {
    // All at once, as they will be at work: each waits for a byte that never comes, until the pipe is closed.
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    var threads: [pthread_t] = []
    var failure: Int32 = 0
    for _ in 0..<count {
      var thread = pthread_t()
      failure = pthread_create(
        &thread, nil,
        { argument in
          var byte: UInt8 = 0
          while read(Int32(Int(bitPattern: argument)), &byte, 1) < 0, errno == EINTR {}
          return nil
        }, UnsafeMutableRawPointer(bitPattern: Int(ends[0])))
      guard failure == 0 else { break }
      threads.append(thread)
    }
    close(ends[1])
    for thread in threads { pthread_join(thread, nil) }
    close(ends[0])
    guard failure == 0 else {
      throw .inputOutput(
        "threads", "cannot be started: \(threads.count) of \(count) could",
        remedy: "raise the limits on processes and memory: ulimit -u, ulimit -v",
        cause: String(cString: strerror(failure)))
    }
  }
}
