internal import Foundation
internal import MVCore
internal import Synchronization

/// What the system lets this process have, looked at before a command begins.
///
/// Without it, libraries that this package stands on wait for ever, or end the process without a word.
enum ProcessLimits {
  /// Open files that a command may need at once, beside those that it was started with.
  private static let files = 24

  /// Throws where the limits on open files, threads or memory (`ulimit -n`, `-u`, `-v`, `-s`) are too low for any work.
  static func check() throws(MVError) {
    try checkStack()
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

  /// The least stack of a thread: libraries and Swift's own recursions take a few hundred KiB.
  private static let stack = 1 << 20

  private static func checkStack() throws(MVError) {
    guard let found = MemoryLimit.stack, found < stack else { return }
    throw MVError(
      .outOfMemory, "stacks of threads", "are limited to \(found >> 10) KiB, which is too little",
      remedy: "raise the limit: ulimit -s 8192")
  }

  /// The address space of a buffer of OpenBLAS, as its version 0.3 reserves it.
  private static let bufferSize = 128 << 20

  /// OpenBLAS tries again and again, for ever, to reserve a buffer, and queues wait for threads without a stack.
  private static func checkMemory() throws(MVError) {
    // Each of OpenBLAS's threads but the first keeps a buffer, and each of ours that calls it has one; each thread has
    // a stack, and reserves address space for what it will allocate.
    let threads = min(Parallel.processorCount, 64)
    let asked = getenv("OPENBLAS_NUM_THREADS").flatMap { Int(String(cString: $0)) } ?? .max
    let own = max(1, min(ProcessInfo.processInfo.activeProcessorCount, asked, 64)) - 1
    let size = (own + threads) * bufferSize + (own + threads) * 24 << 20 + 160 << 20
    // Address space alone, no memory.
    let trial = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard trial != MAP_FAILED else {
      let cause = String(cString: strerror(errno))
      throw MVError(
        .outOfMemory, "memory",
        "is too little: \(size >> 20) MiB of address space are needed beside the program's own"
          + (MemoryLimit.isSet ? ", with \(MemoryLimit.words)" : ""),
        remedy: "raise the limits: ulimit -v unlimited, ulimit -d unlimited", cause: cause)
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
