/// What a stream of random numbers is for; the first key of every stream of this module.
enum RandomStream: UInt64 {
  case weights = 1
  case order = 2
  case view = 3
  case augmentedTarget = 4
  case validation = 5
}
