/// One write or sync of a file, for tests of what a power failure leaves.
package enum FileOperation: Sendable {
  /// These bytes were written at the offset: every reader sees them, the disk may not hold them yet.
  case wrote([UInt8], offset: Int)
  /// A sync begins: when it ends, everything written before is on the disk.
  case syncing
  /// The sync that began last has ended.
  case synced
}
