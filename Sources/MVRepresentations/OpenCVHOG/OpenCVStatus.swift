internal import CGuarded
internal import MVCore

/// Turns the status of a COpenCV call into an error of the image at `row` of the batch.
func checkOpenCV(_ status: GuardedStatus, of row: Int) throws(MVError) {
  guard status != GuardedOK else { return }
  let message = String(cString: guarded_last_message())
  if status == GuardedOutOfMemory {
    throw .internalFault("image", "ran out of memory", remedy: "use fewer jobs or smaller images", row: row)
  }
  throw .internalFault("image", "made OpenCV fail", row: row, cause: message)
}
