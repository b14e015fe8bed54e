internal import Foundation

/// A value on the stack while a pickle is read.
enum PickleValue {
  case none
  case flag(Bool)
  case number(Int)
  /// Text or bytes: Python 2 does not tell them apart.
  case text(Data)
  case tuple([PickleValue])
  /// A value that later opcodes add to.
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

/// A NumPy array in a pickle.
struct PickledArray: Sendable {
  /// The length of each axis; the last varies fastest.
  let shape: [Int]
  /// NumPy's code of the element type, for example `u1`.
  let element: String
  /// The elements as bytes, in C order.
  let bytes: Data
}
