internal import MVCore
internal import Synchronization
internal import SystemHDF5

/// The HDF5 library, which is not thread-safe in every build: every use of it happens inside ``locked(_:)``.
enum HDF5Library {
  private static let lock = Mutex(())

  /// Runs `body` while no other thread uses HDF5; must not be nested.
  ///
  /// Throws what `body` throws.
  static func locked<Value: Sendable>(_ body: () throws(MVError) -> Value) throws(MVError) -> Value {
    try lock.withLock { (_) throws(MVError) -> Value in
      // Each time, because thread-safe builds keep the stack of errors, and whether it is printed, by thread.
      mv_h5_prepare()
      return try body()
    }
  }

  /// The system's code (errno) for the last failure, where it was one of the system; nil elsewhere.
  static var lastSystemCode: Int32? {
    guard let text = mv_h5_error().map({ String(cString: $0) }),
      let code = text.firstMatch(of: /errno = ([0-9]+)/)?.1
    else { return nil }
    return Int32(code).flatMap { $0 > 0 ? $0 : nil }
  }

  /// The library's own words about the last failure, in brackets, or nothing.
  static var lastError: String? { mv_h5_error().map { "HDF5: \(String(cString: $0))" } }
}
