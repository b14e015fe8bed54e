package import CGuarded
package import MVCore

/// Throws where a call of the shim failed; `subject` says what it was doing.
package func check(_ status: GuardedStatus, during subject: String) throws(MVError) {
  guard status != GuardedOK else { return }
  let message = String(cString: guarded_last_message())
  if status == GuardedOutOfMemory {
    throw MVError(.outOfMemory, subject, "ran out of memory", remedy: "use a smaller batch_size or narrower widths")
  }
  throw .internalFault(subject, message.isEmpty ? "failed in libtorch" : message)
}
