internal import Foundation
internal import MVCore
internal import MVFiles

/// Finds the tensors in a pickle of PyTorch, whose storages lie outside it.
struct TorchDocument {
  /// Dictionaries within dictionaries, beyond which a file is refused; checkpoints have three or four.
  private static let deepest = 40
  /// Values that are looked at, beyond which a file is refused; the largest checkpoints have some ten thousand.
  private static let mostValues = 5_000_000
  /// Bytes of keys, names and texts that are made, beyond which a file is refused.
  private static let mostBytes = 1 << 28

  private let path: String
  /// The bytes of each storage, by its key.
  private let storages: [String: Data]
  /// What this file may cost.
  ///
  /// Each value takes a byte of a pickle at least, and its name far less than 256 of them, unless values are shared: a
  /// few kilobytes then describe more values than any memory holds.
  private let limit: (values: Int, bytes: Int)
  private var spent = (values: 0, bytes: 0)
  /// The keys on the way to the value that is looked at; they are joined where a name is needed.
  private var keys: [String] = []
  private var contents = WeightContents()

  /// The tensors and facts of `document`; throws where a tensor is not as its storage is, or the nesting has no end.
  static func contents(
    of document: PickleDocument, storages: [String: Data], path: String
  ) throws(MVError) -> WeightContents {
    var walk = TorchDocument(path: path, storages: storages, pickleBytes: document.byteCount)
    try walk.visit(document.root, depth: 0)
    return walk.contents
  }

  private init(path: String, storages: [String: Data], pickleBytes: Int) {
    self.path = path
    self.storages = storages
    limit = (
      min(Self.mostValues, 16 * pickleBytes + 10_000), min(Self.mostBytes, 256 * pickleBytes + 1 << 20)
    )
  }

  /// Counts a value that is looked at, and what is made of it; throws where the file costs too much.
  ///
  /// A value that is reached in several ways counts each time.
  private mutating func spend(values: Int = 0, bytes: Int = 0) throws(MVError) {
    spent.values += values
    spent.bytes += bytes
    guard spent.values <= limit.values, spent.bytes <= limit.bytes else { throw endless }
  }

  private mutating func visit(_ value: PickleValue, depth: Int) throws(MVError) {
    guard depth <= Self.deepest else { throw endless }
    try spend(values: 1)
    switch value {
    case .none: break
    case .flag(let flag): try keep(flag ? "true" : "false")
    case .number(let number): try keep("\(number)")
    case .real(let number): try keep("\(number)")
    case .text(let data):
      guard data.count <= 10_000 else { break }
      try spend(bytes: data.count)
      if let text = String(data: data, encoding: .utf8) { try keep(text) }
    case .global, .persistent: break
    case .tuple(let tuple): try visit(tuple.items, depth)
    case .object(let object):
      switch object.content {
      case .list(let items): try visit(items, depth)
      case .dictionary(let pairs): try visit(pairs, depth)
      case .instance(let instance): try visit(instance, depth)
      }
    }
  }

  private mutating func visit(_ items: [PickleValue], _ depth: Int) throws(MVError) {
    for (index, item) in items.enumerated() { try visit(item, under: "\(index)", depth) }
  }

  private mutating func visit(
    _ pairs: [(key: PickleValue, value: PickleValue)], _ depth: Int
  ) throws(MVError) {
    for (key, value) in pairs {
      // Before a text is made of it.
      if case .text(let data) = key { try spend(values: 1, bytes: data.count) } else { try spend(values: 1) }
      guard let text = key.string ?? key.number.map({ "\($0)" }) else { continue }
      try visit(value, under: text, depth)
    }
  }

  private mutating func visit(_ value: PickleValue, under key: String, _ depth: Int) throws(MVError) {
    keys.append(key)
    try visit(value, depth: depth + 1)
    keys.removeLast()
  }

  private mutating func visit(_ instance: PickleInstance, _ depth: Int) throws(MVError) {
    if TorchNames.tensorMakers.contains(instance.name) {
      let name = try takeName()
      contents.tensors[name] = try tensor(instance)
    } else if TorchNames.tensorWrappers.contains(instance.name), let inner = instance.arguments.first {
      try visit(inner, depth: depth + 1)
    } else {
      try visit(instance.pairs, depth)
      // The attributes of a module or a record.
      if let pairs = instance.state?.pairs { try visit(pairs, depth) }
    }
  }

  private mutating func keep(_ fact: String) throws(MVError) {
    let name = try takeName()
    contents.facts[name] = fact
  }

  /// The name of the value that is looked at; throws where the names become too much.
  private mutating func takeName() throws(MVError) -> String {
    try spend(bytes: keys.reduce(0) { $0 + $1.utf8.count + 1 })
    return keys.drop { $0.isEmpty }.joined(separator: ".")
  }

  /// The name of the value that is looked at, for messages: what is long of it is cut.
  private var shownName: String {
    func cut(_ text: String, to count: Int) -> String {
      text.unicodeScalars.count <= count ? text : String(text.unicodeScalars.prefix(count)) + "..."
    }
    return cut(keys.drop { $0.isEmpty }.map { cut($0, to: 60) }.joined(separator: "."), to: 300)
  }

  private var endless: MVError { wrong("nests its values without end, at \(shownName)") }

  private func tensor(_ instance: PickleInstance) throws(MVError) -> WeightTensor {
    let arguments = instance.arguments
    guard arguments.count >= 4, case .persistent(let reference) = arguments[0],
      let storage = TorchStorage(reference), let offset = arguments[1].number, offset >= 0,
      let shape = numbers(arguments[2]), let strides = numbers(arguments[3]), strides.count == shape.count,
      WeightTensor.isCountable(shape)
    else { throw wrong("describes the tensor \(shownName) in a way that PyTorch does not") }
    var element = storage.element
    if arguments.count > 6, case .global(let type) = arguments[6] { element = TorchNames.element(ofType: type) }
    guard let element else { throw wrong("holds \(shownName) in a type that is not read") }
    guard let bytes = storages[storage.key] else { throw wrong("lacks the values of \(shownName)") }
    // Strides of zero show the same value many times: a tensor is not more than what its storage can be.
    guard let extent = WeightTensor.extent(shape: shape, strides: strides, element: element),
      let size = Checked.product(shape, times: element.size), size <= 1 << 24 || size / 64 <= bytes.count,
      let start = Checked.product(offset, element.size),
      Checked.range(from: start, count: extent, within: bytes.count) != nil
    else { throw wrong("holds fewer values of \(shownName) than its shape \(shape) promises") }
    let first = bytes.startIndex + start
    return WeightTensor(shape: shape, strides: strides, element: element, bytes: bytes[first..<first + extent])
  }

  private func numbers(_ value: PickleValue) -> [Int]? {
    // torch.Size is called with a tuple where a shape was pickled as such.
    let items = value.items ?? value.instance?.arguments.first?.items
    // PyTorch has 64 dimensions at most.
    guard let items, items.count <= 64 else { return nil }
    let numbers = items.compactMap(\.number)
    return numbers.count == items.count ? numbers : nil
  }

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
    // Looked at once for each tensor: neither text may be long.
    guard items.count >= 5, case .text(let kind) = items[0], kind == Data("storage".utf8),
      case .global(let name) = items[1], case .text(let bytes) = items[2], bytes.count < 200, let key = items[2].string,
      let count = items[4].number, count >= 0
    else { return nil }
    self.key = key
    self.count = count
    element = TorchNames.element(ofStorage: name)
  }
}
