/// Which file stood under a name when it was opened, so that another one there is not mistaken for it.
struct FileIdentity: Hashable, Sendable {
  let device: UInt64
  let number: UInt64
  let size: Int
}
