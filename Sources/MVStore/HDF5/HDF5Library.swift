internal import MVCore
internal import Synchronization
internal import SystemHDF5

/// The HDF5 library, which is not thread-safe: every use of it happens inside ``locked(_:)``.
enum HDF5Library {
  private static let isSilenced = Mutex(false)

  /// Runs `body` while no other thread uses HDF5; not to be nested.
  static func locked<Value: Sendable>(_ body: () throws(MVError) -> Value) throws(MVError) -> Value {
    try isSilenced.withLock { (silenced) throws(MVError) -> Value in
      if !silenced {
        mv_h5_silence()
        silenced = true
      }
      return try body()
    }
  }

  /// The library's own words for the last failure, in brackets, or nothing.
  static var lastError: String { mv_h5_error().map { " (HDF5: \(String(cString: $0)))" } ?? "" }
}
