internal import Foundation

/// What stands on the stack while a pickle is read.
enum PickleValue {
  case none
  case flag(Bool)
  case number(Int)
  /// Text or bytes: Python 2 does not tell them apart.
  case text(Data)
  case tuple([PickleValue])
  /// Something that later opcodes add to.
  case object(PickleObject)
  /// The name of one of ``PickleReader/globals``.
  case global(String)
}

/// A list, dictionary, element type or array, shared between the stack and the memo while it grows.
final class PickleObject {
  enum Content {
    case list([PickleValue])
    case dictionary([(key: PickleValue, value: PickleValue)])
    case elementType(String)
    case array(PickledArray?)
  }
  var content: Content
  init(_ content: Content) { self.content = content }
}

/// A NumPy array of a pickle.
struct PickledArray: Sendable {
  /// The length of each axis, slowest first.
  let shape: [Int]
  /// NumPy's letter and size, for example `u1`.
  let element: String
  /// The values.
  let bytes: Data
}
