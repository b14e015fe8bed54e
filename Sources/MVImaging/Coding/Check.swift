internal import CGuarded
internal import MVCore

/// Throws where a call of a shim failed; `subject` says what it was doing.
func check(_ status: GuardedStatus, during subject: @autoclosure () -> String) throws(MVError) {
  guard status != GuardedOK else { return }
  let message = String(cString: guarded_last_message())
  if status == GuardedOutOfMemory {
    throw MVError(.outOfMemory, subject(), "ran out of memory", remedy: "use fewer jobs or smaller images")
  }
  throw .internalFault(subject(), "failed: \(message)")
}
