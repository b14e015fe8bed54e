internal import CInterface
internal import MVCore

// The text lies in the program itself and never moves.
private let versionText = Version.number.utf8CString.withUnsafeBufferPointer { text in
  let copy = UnsafeMutablePointer<CChar>.allocate(capacity: text.count)
  copy.initialize(from: text.baseAddress!, count: text.count)
  return UInt(bitPattern: copy)
}

/// Implements `mvmr_abi_version`, which `mvmr.h` describes.
@c @implementation
public func mvmr_abi_version() -> Int32 { MVMR_ABI_VERSION }

/// Implements `mvmr_version`, which `mvmr.h` describes.
@c @implementation
public func mvmr_version() -> UnsafePointer<CChar>? { UnsafePointer(bitPattern: versionText) }

/// Implements `mvmr_processor_count`, which `mvmr.h` describes.
@c @implementation
public func mvmr_processor_count() -> Int32 { Int32(clamping: Parallel.processorCount) }

/// How many threads a call may use; throws where it is negative.
///
/// One in a forked process: Dispatch does not survive a fork.
func threads(_ argument: Int32) throws(Refusal) -> Int {
  guard argument >= 0 else {
    throw Refusal(MVMR_INVALID_ARGUMENT, "threads", "is \(argument)", remedy: "give 1 or more, or 0 for all")
  }
  guard mvi_generation() == 0 else { return 1 }
  return argument == 0 ? Parallel.processorCount : min(1024, Int(argument))
}
