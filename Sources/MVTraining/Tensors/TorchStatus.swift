internal import CGuarded
internal import MVCore

/// Turns the status of a shim call into this package's error; `subject` names what was being done.
func check(_ status: GuardedStatus, during subject: String) throws(MVError) {
  guard status != GuardedOK else { return }
  let message = String(cString: guarded_last_message())
  if status == GuardedOutOfMemory {
    throw .internalFault(subject, "ran out of memory", remedy: "use a smaller batch_size or narrower widths")
  }
  throw .internalFault(subject, message.isEmpty ? "failed in libtorch" : message)
}
