package import Foundation

/// A value of Python as a pickle holds it; nothing of it has been executed.
package enum PickleValue {
  case none
  case flag(Bool)
  case number(Int)
  case real(Double)
  /// Text or bytes: Python 2 does not tell them apart.
  case text(Data)
  case tuple(PickleTuple)
  /// A value that later opcodes add to.
  case object(PickleObject)
  /// The name of a class or function that the reader was told to expect.
  case global(String)
  /// What a pickle refers to outside itself, as PyTorch's refer to storages.
  case persistent(PickleTuple)

  /// The text of a `text`, if it is UTF-8.
  package var string: String? { if case .text(let data) = self { String(data: data, encoding: .utf8) } else { nil } }

  /// The number of a `number`.
  package var number: Int? { if case .number(let value) = self { value } else { nil } }

  /// The values of a tuple or of a list.
  package var items: [PickleValue]? {
    switch self {
    case .tuple(let tuple): tuple.items
    case .object(let object): if case .list(let items) = object.content { items } else { nil }
    default: nil
    }
  }

  /// The keys and values of a dictionary, or of an instance that has some, in order.
  package var pairs: [(key: PickleValue, value: PickleValue)]? {
    guard case .object(let object) = self else { return nil }
    switch object.content {
    case .dictionary(let pairs): return pairs
    case .instance(let instance): return instance.pairs
    case .list: return nil
    }
  }

  /// What a call or a class made; nil for other values.
  package var instance: PickleInstance? {
    guard case .object(let object) = self, case .instance(let instance) = object.content else { return nil }
    return instance
  }

  /// How many tuples lie within one another here; objects begin anew.
  var depth: Int {
    switch self {
    case .tuple(let tuple), .persistent(let tuple): tuple.depth
    default: 0
    }
  }
}

/// Values in order that do not change any more.
package struct PickleTuple {
  package let items: [PickleValue]
  let depth: Int

  init(_ items: [PickleValue]) {
    self.items = items
    depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
  }
}

/// A list, dictionary or instance, shared between the stack and the memo while it grows.
package final class PickleObject {
  package enum Content {
    case list([PickleValue])
    case dictionary([(key: PickleValue, value: PickleValue)])
    case instance(PickleInstance)
  }
  package internal(set) var content: Content
  init(_ content: Content) { self.content = content }
}

/// What a pickle would have called a name for: the name, the arguments, and what was set on the result.
package struct PickleInstance {
  /// The class or function, as `collections.OrderedDict`.
  package let name: String
  package let arguments: [PickleValue]
  /// What `__setstate__` would have got.
  package internal(set) var state: PickleValue?
  /// The items that were set on it, where it is a dictionary.
  package internal(set) var pairs: [(key: PickleValue, value: PickleValue)] = []
}
