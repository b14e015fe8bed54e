internal import Foundation
internal import MVCore
internal import MVFiles

/// Finds the tensors in a pickle of PyTorch, whose storages lie outside it.
struct TorchDocument {
  /// Dictionaries within dictionaries, beyond which a file is refused; checkpoints have three or four.
  private static let deepest = 40
  /// Values that are looked at, beyond which a file is refused; the largest checkpoints have some ten thousand.
  private static let most = 5_000_000

  private let path: String
  /// The bytes of each storage, by its key.
  private let storages: [String: Data]
  private var contents = WeightContents()
  private var seen = 0

  /// The tensors and facts of `document`; throws where a tensor is not as its storage is, or the nesting has no end.
  static func contents(
    of document: PickleDocument, storages: [String: Data], path: String
  ) throws(MVError) -> WeightContents {
    var walk = TorchDocument(path: path, storages: storages)
    try walk.visit(document.root, at: "", depth: 0)
    return walk.contents
  }

  private init(path: String, storages: [String: Data]) {
    self.path = path
    self.storages = storages
  }

  private mutating func visit(_ value: PickleValue, at name: String, depth: Int) throws(MVError) {
    seen += 1
    guard depth <= Self.deepest, seen <= Self.most else { throw wrong("nests its values without end, at \(name)") }
    switch value {
    case .none: break
    case .flag(let flag): contents.facts[name] = flag ? "true" : "false"
    case .number(let number): contents.facts[name] = "\(number)"
    case .real(let number): contents.facts[name] = "\(number)"
    case .text(let data):
      if data.count <= 10_000, let text = String(data: data, encoding: .utf8) { contents.facts[name] = text }
    case .global, .persistent: break
    case .tuple(let tuple): try visit(tuple.items, at: name, depth)
    case .object(let object):
      switch object.content {
      case .list(let items): try visit(items, at: name, depth)
      case .dictionary(let pairs): try visit(pairs, at: name, depth)
      case .instance(let instance): try visit(instance, at: name, depth)
      }
    }
  }

  private mutating func visit(_ items: [PickleValue], at name: String, _ depth: Int) throws(MVError) {
    for (index, item) in items.enumerated() { try visit(item, at: joined(name, "\(index)"), depth: depth + 1) }
  }

  private mutating func visit(
    _ pairs: [(key: PickleValue, value: PickleValue)], at name: String, _ depth: Int
  ) throws(MVError) {
    for (key, value) in pairs {
      guard let text = key.string ?? key.number.map({ "\($0)" }) else { continue }
      try visit(value, at: joined(name, text), depth: depth + 1)
    }
  }

  private mutating func visit(_ instance: PickleInstance, at name: String, _ depth: Int) throws(MVError) {
    if TorchNames.tensorMakers.contains(instance.name) {
      contents.tensors[name] = try tensor(instance, name)
    } else if TorchNames.tensorWrappers.contains(instance.name), let inner = instance.arguments.first {
      try visit(inner, at: name, depth: depth + 1)
    } else {
      try visit(instance.pairs, at: name, depth)
      // The attributes of a module or a record.
      if let pairs = instance.state?.pairs { try visit(pairs, at: name, depth) }
    }
  }

  private func tensor(_ instance: PickleInstance, _ name: String) throws(MVError) -> WeightTensor {
    let arguments = instance.arguments
    guard arguments.count >= 4, case .persistent(let reference) = arguments[0],
      let storage = TorchStorage(reference), let offset = arguments[1].number, offset >= 0,
      let shape = numbers(arguments[2]), let strides = numbers(arguments[3]), strides.count == shape.count
    else { throw wrong("describes the tensor \(name) in a way that PyTorch does not") }
    var element = storage.element
    if arguments.count > 6, case .global(let type) = arguments[6] { element = TorchNames.element(ofType: type) }
    guard let element else { throw wrong("holds \(name) in a type that is not read") }
    guard let bytes = storages[storage.key] else { throw wrong("lacks the values of \(name)") }
    // Strides of zero show the same value many times: a tensor is not more than what its storage can be.
    guard let extent = WeightTensor.extent(shape: shape, strides: strides, element: element),
      let size = Checked.product(shape, times: element.size), size <= 1 << 24 || size / 64 <= bytes.count,
      let start = Checked.product(offset, element.size),
      Checked.range(from: start, count: extent, within: bytes.count) != nil
    else { throw wrong("holds fewer values of \(name) than its shape \(shape) promises") }
    let first = bytes.startIndex + start
    return WeightTensor(shape: shape, strides: strides, element: element, bytes: bytes[first..<first + extent])
  }

  private func numbers(_ value: PickleValue) -> [Int]? {
    // torch.Size is called with a tuple where a shape was pickled as such.
    let items = value.items ?? value.instance?.arguments.first?.items
    guard let items else { return nil }
    let numbers = items.compactMap(\.number)
    return numbers.count == items.count ? numbers : nil
  }

  private func joined(_ name: String, _ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }

  private func wrong(_ problem: String) -> MVError {
    .badData(path, problem, remedy: "download it again, or save its state_dict alone")
  }
}

/// What a pickle of PyTorch refers to: a storage, by its key in the file.
struct TorchStorage {
  let key: String
  /// The type of its values; nil where the tensor says it.
  let element: WeightElement?
  /// The number of values, or of bytes where the type is not said.
  let count: Int

  /// Reads `('storage', class, key, place, count)`; nil where a reference is something else.
  init?(_ reference: PickleTuple) {
    let items = reference.items
    guard items.count >= 5, items[0].string == "storage", case .global(let name) = items[1], let key = items[2].string,
      let count = items[4].number, count >= 0
    else { return nil }
    self.key = key
    self.count = count
    element = TorchNames.element(ofStorage: name)
  }
}
