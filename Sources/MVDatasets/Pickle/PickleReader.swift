internal import Foundation
internal import MVCore

/// Reads the pickles of the CIFAR data sets, and refuses any other.
///
/// A pickle is a program; this reader runs none. Of Python's objects it knows numbers, texts, tuples, flat lists,
/// dictionaries of those and NumPy arrays; any other opcode or name is an error.
struct PickleReader {
  /// The only names a pickle may refer to.
  private static let globals: Set<String> = [
    "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype",
  ]

  private let path: String
  private let bytes: Data
  private var at: Int
  private var opcodeAt = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// Reads one pickle of protocol 0 to 4 (without the text opcodes of protocol 0); throws where it is any other.
  static func read(_ bytes: Data, path: String) throws(MVError) -> PickleValue {
    var reader = PickleReader(bytes, path: path)
    return try reader.run()
  }

  private init(_ bytes: Data, path: String) {
    self.bytes = bytes
    self.path = path
    at = bytes.startIndex
  }

  private mutating func run() throws(MVError) -> PickleValue {
    while true {
      opcodeAt = at - bytes.startIndex
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") {
        guard stack.count == 1, marks.isEmpty else { throw wrong("ends with \(stack.count) values on its stack") }
        return stack[0]
      }
      if try !readConstant(opcode), try !readCollection(opcode) {
        throw wrong(
          "holds the pickle opcode \(opcode) at byte \(opcodeAt), which the CIFAR files do not use",
          "use the binary version of the data set")
      }
    }
  }

  /// Reads numbers, texts, names and the memo; false for other opcodes.
  private mutating func readConstant(_ opcode: UInt8) throws(MVError) -> Bool {
    switch opcode {
    case 0x80: _ = try byte()  // PROTO
    case 0x95: _ = try take(8)  // FRAME
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.flag(true))
    case 0x89: stack.append(.flag(false))
    case UInt8(ascii: "K"): stack.append(.number(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.number(try unsigned(2)))
    case UInt8(ascii: "J"): stack.append(.number(Int(Int32(truncatingIfNeeded: try unsigned(4)))))
    case 0x8a: stack.append(.number(try long(Int(try byte()))))
    case UInt8(ascii: "U"), UInt8(ascii: "C"), 0x8c: stack.append(.text(try take(Int(try byte()))))
    case UInt8(ascii: "T"), UInt8(ascii: "B"), UInt8(ascii: "X"): stack.append(.text(try take(try unsigned(4))))
    case UInt8(ascii: "c"): try pushGlobal("\(try line()).\(try line())")
    case 0x93:
      let name = try text(try pop())
      try pushGlobal("\(try text(try pop())).\(name)")
    case UInt8(ascii: "q"): try memoize(Int(try byte()))
    case UInt8(ascii: "r"): try memoize(try unsigned(4))
    case 0x94: try memoize(memo.count)
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(try unsigned(4))
    default: return false
    }
    return true
  }

  /// Reads tuples, lists, dictionaries and the parts of arrays; false for other opcodes.
  private mutating func readCollection(_ opcode: UInt8) throws(MVError) -> Bool {
    switch opcode {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): stack.append(.tuple([]))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case 0x85, 0x86, 0x87:
      var values: [PickleValue] = []
      for _ in 0..<Int(opcode) - 0x84 { values.insert(try pop(), at: 0) }
      try pushTuple(values)
    case UInt8(ascii: "]"): stack.append(.object(PickleObject(.list([]))))
    case UInt8(ascii: "}"): stack.append(.object(PickleObject(.dictionary([]))))
    case UInt8(ascii: "a"):
      let value = try pop()
      try append([value])
    case UInt8(ascii: "e"):
      let values = try popToMark()
      try append(values)
    case UInt8(ascii: "s"):
      let value = try pop()
      let key = try pop()
      try set([key, value])
    case UInt8(ascii: "u"):
      let values = try popToMark()
      try set(values)
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"): try build()
    default: return false
    }
    return true
  }

  // MARK: Stack

  private mutating func pop() throws(MVError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else { throw wrong("takes from an empty stack") }
    return value
  }

  private mutating func popToMark() throws(MVError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw wrong("lacks a mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func memoize(_ key: Int) throws(MVError) {
    guard let value = stack.last else { throw wrong("keeps a value of an empty stack") }
    memo[key] = value
  }

  private mutating func recall(_ key: Int) throws(MVError) {
    guard let value = memo[key] else { throw wrong("recalls what it has not kept") }
    stack.append(value)
  }

  private mutating func pushGlobal(_ name: String) throws(MVError) {
    guard Self.globals.contains(name) else {
      throw wrong("refers to \(name), which is not run", "use the binary version of the data set")
    }
    stack.append(.global(name))
  }

  /// Pushes a tuple; it may hold tuples of plain values, but no deeper ones.
  private mutating func pushTuple(_ values: [PickleValue]) throws(MVError) {
    for case .tuple(let inner) in values {
      for case .tuple in inner { throw wrong("nests tuples deeper than NumPy does") }
    }
    stack.append(.tuple(values))
  }

  // MARK: Collections

  private func append(_ values: [PickleValue]) throws(MVError) {
    guard case .object(let list) = stack.last, case .list(var items) = list.content else {
      throw wrong("appends to what is no list")
    }
    list.content = .list([])  // so that the items are not copied
    for value in values {
      switch value {
      case .number, .text, .none, .flag: items.append(value)
      default: throw wrong("nests lists, which the CIFAR files do not")
      }
    }
    list.content = .list(items)
  }

  private func set(_ values: [PickleValue]) throws(MVError) {
    guard case .object(let target) = stack.last, case .dictionary(var items) = target.content, values.count % 2 == 0
    else { throw wrong("sets items of what is no dictionary") }
    for index in stride(from: 0, to: values.count, by: 2) {
      if case .object(let inner) = values[index + 1], case .dictionary = inner.content {
        throw wrong("nests dictionaries, which the CIFAR files do not")
      }
      items.append((values[index], values[index + 1]))
    }
    target.content = .dictionary(items)
  }

  // MARK: Arrays

  /// Runs one of the two calls that NumPy's arrays are pickled with: an empty array, or an element type.
  private mutating func reduce() throws(MVError) {
    guard case .tuple(let arguments) = try pop(), case .global(let name) = try pop() else {
      throw wrong("calls what is no known name")
    }
    if name.hasSuffix("._reconstruct"), case .global("numpy.ndarray") = arguments.first {
      stack.append(.object(PickleObject(.array(nil))))
    } else if name == "numpy.dtype", let first = arguments.first {
      stack.append(.object(PickleObject(.elementType(try text(first)))))
    } else {
      throw wrong("calls \(name) in a way that NumPy does not")
    }
  }

  private mutating func build() throws(MVError) {
    guard case .tuple(let state) = try pop(), case .object(let target) = stack.last else {
      throw wrong("sets the state of what has none")
    }
    switch target.content {
    case .elementType:
      guard state.count >= 2, ["|", "<", "="].contains(try text(state[1])) else {
        throw wrong("holds values in another byte order")
      }
    case .array:
      guard state.count == 5, case .tuple(let axes) = state[1], case .object(let type) = state[2],
        case .elementType(let element) = type.content, case .flag(false) = state[3], case .text(let values) = state[4]
      else { throw wrong("holds an array that is not a plain one in C order") }
      var shape: [Int] = []
      var size = element.last.flatMap { $0.wholeNumberValue } ?? 0
      for axis in axes {
        guard case .number(let length) = axis, length >= 0 else { throw wrong("holds an array of impossible shape") }
        let product = size.multipliedReportingOverflow(by: length)
        size = product.overflow ? -1 : product.partialValue
        shape.append(length)
      }
      guard size == values.count else {
        throw wrong("holds an array of \(values.count) bytes, its shape \(shape) promises \(size)")
      }
      target.content = .array(PickledArray(shape: shape, element: element, bytes: values))
    default: throw wrong("sets the state of what has none")
    }
  }

  // MARK: Bytes

  private mutating func byte() throws(MVError) -> UInt8 {
    guard at < bytes.endIndex else { throw wrong("is a pickle that is cut off", "download it again") }
    defer { at += 1 }
    return bytes[at]
  }

  private mutating func take(_ count: Int) throws(MVError) -> Data {
    guard count <= bytes.endIndex - at else { throw wrong("is a pickle that is cut off", "download it again") }
    defer { at += count }
    return bytes[at..<at + count]
  }

  private mutating func unsigned(_ count: Int) throws(MVError) -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Reads a whole number of up to eight bytes in two's complement.
  private mutating func long(_ count: Int) throws(MVError) -> Int {
    guard count <= 8 else { throw wrong("holds a number of \(count) bytes") }
    let raw = try unsigned(count)
    let unused = 64 - 8 * count
    return count == 0 ? 0 : (raw << unused) >> unused
  }

  private mutating func line() throws(MVError) -> String {
    guard let end = bytes[at...].firstIndex(of: 0x0A), end - at < 200 else { throw wrong("lacks the end of a name") }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private func text(_ value: PickleValue) throws(MVError) -> String {
    guard case .text(let data) = value else { throw wrong("holds another value where a text belongs") }
    return String(decoding: data, as: UTF8.self)
  }

  private func wrong(_ problem: String, _ remedy: String = "is it a CIFAR file? download it again") -> MVError {
    .badData(path, problem, remedy: remedy)
  }
}
