internal import Foundation
internal import MVCore

/// Reads the opcodes of a pickle.
///
/// A pickle is a program; this reader runs none. It builds numbers, texts and collections, and notes which of the
/// expected names would have been called with what; any other name or opcode is an error.
struct PickleReader {
  /// Tuples within tuples, beyond which freeing them would be too deep a recursion; PyTorch's have three.
  private static let deepestTuple = 200

  private let path: String
  private let remedy: String
  private let names: (String) -> Bool
  private let bytes: Data
  private(set) var at: Data.Index
  private(set) var objects: [PickleObject] = []
  private(set) var references: [PickleTuple] = []
  private var opcodeAt = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  init(_ bytes: Data, from start: Data.Index, path: String, remedy: String, names: @escaping (String) -> Bool) {
    self.bytes = bytes
    self.path = path
    self.remedy = remedy
    self.names = names
    at = start
  }

  mutating func run() throws(MVError) -> PickleValue {
    while true {
      opcodeAt = at - bytes.startIndex
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") {
        guard stack.count == 1, marks.isEmpty else { throw wrong("ends with \(stack.count) values on its stack") }
        return stack[0]
      }
      if try !readConstant(opcode), try !readName(opcode), try !readCollection(opcode) {
        throw wrong("holds the pickle opcode \(opcode) at byte \(opcodeAt), which is not read")
      }
    }
  }

  /// Reads numbers and texts; false for other opcodes.
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
    case UInt8(ascii: "G"):
      let bits = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.real(Double(bitPattern: bits)))
    case UInt8(ascii: "U"), UInt8(ascii: "C"), 0x8c: stack.append(.text(try take(Int(try byte()))))
    case UInt8(ascii: "T"), UInt8(ascii: "B"), UInt8(ascii: "X"): stack.append(.text(try take(try unsigned(4))))
    case 0x8d, 0x8e, 0x96: stack.append(.text(try take(try long(8))))
    default: return false
    }
    return true
  }

  /// Reads names, what is called by them, references and the memo; false for other opcodes.
  private mutating func readName(_ opcode: UInt8) throws(MVError) -> Bool {
    switch opcode {
    case UInt8(ascii: "c"): try pushGlobal("\(try line()).\(try line())")
    case 0x93:
      let name = try text(try pop())
      try pushGlobal("\(try text(try pop())).\(name)")
    case UInt8(ascii: "q"): try memoize(Int(try byte()))
    case UInt8(ascii: "r"): try memoize(try unsigned(4))
    case 0x94: try memoize(memo.count)
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(try unsigned(4))
    case UInt8(ascii: "Q"):
      guard case .tuple(let reference) = try pop() else { throw wrong("refers to something outside by no tuple") }
      references.append(reference)
      stack.append(.persistent(reference))
    case UInt8(ascii: "R"), 0x81: try call()
    case UInt8(ascii: "b"): try build()
    default: return false
    }
    return true
  }

  /// Reads tuples, lists and dictionaries; false for other opcodes.
  private mutating func readCollection(_ opcode: UInt8) throws(MVError) -> Bool {
    switch opcode {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): stack.append(.tuple(PickleTuple([])))
    case UInt8(ascii: "t"): try pushTuple(try popToMark())
    case 0x85, 0x86, 0x87:
      var values: [PickleValue] = []
      for _ in 0..<Int(opcode) - 0x84 { values.insert(try pop(), at: 0) }
      try pushTuple(values)
    case UInt8(ascii: "]"): push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
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
    case UInt8(ascii: "0"): _ = try pop()
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

  private mutating func push(_ content: PickleObject.Content) {
    let object = PickleObject(content)
    objects.append(object)
    stack.append(.object(object))
  }

  private mutating func pushTuple(_ values: [PickleValue]) throws(MVError) {
    let tuple = PickleTuple(values)
    guard tuple.depth <= Self.deepestTuple else { throw wrong("nests tuples too deep") }
    stack.append(.tuple(tuple))
  }

  private mutating func memoize(_ key: Int) throws(MVError) {
    guard let value = stack.last else { throw wrong("keeps a value of an empty stack") }
    memo[key] = value
  }

  private mutating func recall(_ key: Int) throws(MVError) {
    guard let value = memo[key] else { throw wrong("recalls what it has not kept") }
    stack.append(value)
  }

  // MARK: Names

  private mutating func pushGlobal(_ name: String) throws(MVError) {
    guard names(name) else { throw wrong("refers to \(name), which is not run") }
    stack.append(.global(name))
  }

  private mutating func call() throws(MVError) {
    guard case .tuple(let arguments) = try pop(), case .global(let name) = try pop() else {
      throw wrong("calls what is no known name")
    }
    push(.instance(PickleInstance(name: name, arguments: arguments.items)))
  }

  private mutating func build() throws(MVError) {
    let state = try pop()
    guard case .object(let target) = stack.last, case .instance(var instance) = target.content else {
      throw wrong("sets the state of what has none")
    }
    instance.state = state
    target.content = .instance(instance)
  }

  // MARK: Collections

  private func append(_ values: [PickleValue]) throws(MVError) {
    guard case .object(let list) = stack.last, case .list(var items) = list.content else {
      throw wrong("appends to what is no list")
    }
    list.content = .list([])  // so that the items are not copied
    items += values
    list.content = .list(items)
  }

  private func set(_ values: [PickleValue]) throws(MVError) {
    guard case .object(let target) = stack.last, values.count % 2 == 0 else {
      throw wrong("sets items of what is no dictionary")
    }
    let added = stride(from: 0, to: values.count, by: 2).map { (key: values[$0], value: values[$0 + 1]) }
    switch target.content {
    case .dictionary(var pairs):
      target.content = .list([])  // so that the pairs are not copied
      pairs += added
      target.content = .dictionary(pairs)
    case .instance(var instance):
      target.content = .list([])
      instance.pairs += added
      target.content = .instance(instance)
    case .list: throw wrong("sets items of what is no dictionary")
    }
  }

  // MARK: Bytes

  private mutating func byte() throws(MVError) -> UInt8 {
    guard at < bytes.endIndex else { throw cutOff }
    defer { at += 1 }
    return bytes[at]
  }

  private mutating func take(_ count: Int) throws(MVError) -> Data {
    guard count >= 0, count <= bytes.endIndex - at else { throw cutOff }
    defer { at += count }
    return bytes[at..<at + count]
  }

  private mutating func unsigned(_ count: Int) throws(MVError) -> Int {
    try take(count).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// Reads a whole number of up to eight bytes in two's complement.
  private mutating func long(_ count: Int) throws(MVError) -> Int {
    // PyTorch's legacy files begin with a magic number of ten bytes: its lowest eight are enough to know it.
    guard count <= 16 else { throw wrong("holds a number of \(count) bytes") }
    let raw = try take(count).prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = UInt64(max(0, 64 - 8 * count))
    return count == 0 ? 0 : Int(bitPattern: UInt(raw << unused)) >> Int(unused)
  }

  private mutating func line() throws(MVError) -> String {
    guard let end = bytes[at...].firstIndex(of: 0x0A), end - at < 200 else { throw wrong("lacks the end of a name") }
    defer { at = end + 1 }
    return String(decoding: bytes[at..<end], as: UTF8.self)
  }

  private func text(_ value: PickleValue) throws(MVError) -> String {
    // As long as a line may be: a text that was kept may be taken again and again.
    guard case .text(let data) = value, data.count < 200 else {
      throw wrong("holds another value where the text of a name belongs")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private var cutOff: MVError {
    .badData(path, "is a pickle that is cut off", remedy: "download it again")
  }

  private func wrong(_ problem: String) -> MVError { .badData(path, problem, remedy: remedy) }
}
