internal import CInterface
internal import MVCore

/// A failed call as callers of C see it: the status, and the error that says why.
struct Refusal: Error {
  let status: mvmr_status
  let error: MVError

  /// A failure that callers of C alone can cause, or that `MVError` has no kind for.
  init(_ status: Int, _ subject: String, _ problem: String, remedy: String) {
    self.status = mvmr_status(status)
    error = .usage(subject, problem, remedy: remedy)
  }

  init(_ error: MVError) {
    status = error.kind.status
    self.error = error
  }
}

extension MVError.Kind {
  /// The status of this kind of failure.
  var status: mvmr_status {
    let status =
      switch self {
      case .usage: MVMR_INVALID_ARGUMENT
      case .badData: MVMR_BAD_DATA
      case .missingInput: MVMR_NOT_FOUND
      case .internalFault: MVMR_INTERNAL
      case .outOfMemory: MVMR_OUT_OF_MEMORY
      case .inputOutput: MVMR_IO
      case .interrupted: MVMR_CANCELLED
      }
    return mvmr_status(status)
  }
}

/// Does the work of one function: its status, and the message where it fails.
///
/// `body` may throw a `Refusal` or an `MVError`: that is why its type is open, here alone.
func attempt(_ body: () throws -> Void) -> mvmr_status {
  let refusal: Refusal
  do {
    try body()
    return mvmr_status(MVMR_OK)
  } catch let error as Refusal {
    refusal = error
  } catch {
    refusal = Refusal(MVError(error, subject: "libmvmr"))
  }
  mvi_set_error(refusal.error.description, Int64(refusal.error.row ?? -1))
  return refusal.status
}

/// Implements `mvmr_last_error`, which `mvmr.h` describes.
@c @implementation
public func mvmr_last_error() -> UnsafePointer<CChar>? { mvi_error_message() }

/// Implements `mvmr_last_error_row`, which `mvmr.h` describes.
@c @implementation
public func mvmr_last_error_row() -> Int64 { mvi_error_row() }
