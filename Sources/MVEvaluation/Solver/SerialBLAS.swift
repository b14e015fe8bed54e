internal import MVCore
internal import Synchronization
internal import SystemOpenBLAS

/// OpenBLAS on one thread per call, while this package's own threads make the calls.
///
/// The number of threads is global to the process, so overlapping uses share one change of it; the last to end restores
/// it.
enum SerialBLAS {
  private static let state = Mutex<(users: Int, threads: Int32)>((0, 1))

  /// Calls `body` while every OpenBLAS call runs on its caller's thread alone.
  static func run<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    state.withLock {
      if $0.users == 0 {
        // OpenBLAS does not know of the quotas of a container.
        $0.threads = min(Int32(openblas_get_num_threads()), Int32(clamping: Parallel.processorCount))
        openblas_set_num_threads(1)
      }
      $0.users += 1
    }
    defer {
      state.withLock {
        $0.users -= 1
        if $0.users == 0 { openblas_set_num_threads($0.threads) }
      }
    }
    return try body()
  }
}
