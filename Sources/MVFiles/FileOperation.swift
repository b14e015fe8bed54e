/// What was done to a file, in the order in which the disk may rely on it.
package enum FileOperation: Sendable {
  /// These bytes stand at the offset for every reader, though not yet on the disk.
  case wrote([UInt8], offset: Int)
  /// A sync begins: all that was written before will be on the disk when it has ended.
  case syncing
  /// The sync that began has ended.
  case synced
}
