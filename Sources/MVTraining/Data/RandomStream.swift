/// The purpose of a stream of random numbers, which is the first key of every stream in this module.
enum RandomStream: UInt64 {
  // 1 is MVNetworks's: the values that a network starts from.
  case order = 2
  case view = 3
  case augmentedTarget = 4
  case validation = 5
  case releasedTarget = 6
  case classifier = 7
  case crop = 8
  case secondView = 9
  case localCrop = 10
}
