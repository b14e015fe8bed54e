public import Foundation
public import MVCore
internal import MVFiles
internal import SystemYAML

extension YAMLNode {
  /// More nodes than any configuration has: aliases of aliases could otherwise grow without bound.
  private static let nodeLimit = 100_000
  /// Deeper than any configuration nests: a node that contains itself would otherwise never end.
  private static let depthLimit = 64
  /// More anchors than any configuration has: libyaml compares each with all before it.
  private static let anchorLimit = 1000

  /// Reads a YAML file that holds one document; an empty file is an empty mapping.
  ///
  /// Throws where the file is missing, is not YAML, repeats a key, or holds several documents.
  public init(contentsOf url: URL) throws(MVError) {
    try self.init(parsing: WholeFile.bytes(of: url, limit: WholeFile.mostConfiguration), file: url.path)
  }

  /// Reads YAML bytes that hold one document; errors name `file` as the place.
  ///
  /// Throws where the bytes are not YAML, repeat a key, or hold several documents.
  public init(parsing bytes: Data, file: String) throws(MVError) {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { throw .internalFault("libyaml", "ran out of memory") }
    defer { yaml_parser_delete(&parser) }
    let input = [UInt8](bytes)
    try Self.checkExtent(of: input, file)
    var document = yaml_document_t()
    var next = yaml_document_t()
    let outcome: Result<YAMLNode, MVError> = input.withUnsafeBufferPointer { buffer in
      Result { () throws(MVError) in
        yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
        guard yaml_parser_load(&parser, &document) == 1 else { throw Self.failure(parser, file) }
        defer { yaml_document_delete(&document) }
        guard let root = yaml_document_get_root_node(&document) else {
          return YAMLNode(content: .mapping([]), file: file, line: 1, column: 1)
        }
        var budget = Self.nodeLimit
        let node = try YAMLNode(root, in: &document, file: file, depth: 0, budget: &budget)
        guard yaml_parser_load(&parser, &next) == 1 else { throw Self.failure(parser, file) }
        defer { yaml_document_delete(&next) }
        guard yaml_document_get_root_node(&next) == nil else {
          throw .badData(file, "holds several YAML documents", remedy: "keep one")
        }
        return node
      }
    }
    self = try outcome.get()
  }

  /// Throws where a text nests or holds more than a document may: loading takes time by the square of both.
  ///
  /// Where it is no YAML, nothing is thrown: who loads it says so.
  private static func checkExtent(of input: [UInt8], _ file: String) throws(MVError) {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else { throw .internalFault("libyaml", "ran out of memory") }
    defer { yaml_parser_delete(&parser) }
    let fault = input.withUnsafeBufferPointer { buffer -> (line: Int, column: Int)? in
      yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
      var (depth, nodes, anchors) = (0, 0, 0)
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
        defer { yaml_event_delete(&event) }
        switch event.type {
        case YAML_STREAM_END_EVENT: return nil
        case YAML_SEQUENCE_START_EVENT:
          (depth, nodes) = (depth + 1, nodes + 1)
          if event.data.sequence_start.anchor != nil { anchors += 1 }
        case YAML_MAPPING_START_EVENT:
          (depth, nodes) = (depth + 1, nodes + 1)
          if event.data.mapping_start.anchor != nil { anchors += 1 }
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: depth -= 1
        case YAML_SCALAR_EVENT:
          nodes += 1
          if event.data.scalar.anchor != nil { anchors += 1 }
        default: break
        }
        if depth > depthLimit || nodes > nodeLimit || anchors > anchorLimit {
          return (Int(event.start_mark.line) + 1, Int(event.start_mark.column) + 1)
        }
      }
    }
    guard let fault else { return }
    throw .badData(
      "\(file):\(fault.line):\(fault.column)", "nests too deep, or holds too much, for a configuration",
      remedy: "divide it, or check that it is the file meant")
  }

  private static func failure(_ parser: yaml_parser_t, _ file: String) -> MVError {
    let problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
    return .badData(
      "\(file):\(parser.problem_mark.line + 1):\(parser.problem_mark.column + 1)", "is not YAML: \(problem)",
      remedy: "check the indentation and the quotes")
  }

  private init(
    _ node: UnsafeMutablePointer<yaml_node_t>, in document: UnsafeMutablePointer<yaml_document_t>, file: String,
    depth: Int, budget: inout Int
  ) throws(MVError) {
    let line = Int(node.pointee.start_mark.line) + 1
    let column = Int(node.pointee.start_mark.column) + 1
    func child(_ index: Int32) throws(MVError) -> YAMLNode {
      guard let found = yaml_document_get_node(document, index) else {
        throw .badData(file, "refers to a missing part", remedy: "check its aliases")
      }
      return try YAMLNode(found, in: document, file: file, depth: depth + 1, budget: &budget)
    }
    budget -= 1
    guard budget > 0, depth < Self.depthLimit else {
      throw .badData("\(file):\(line):\(column)", "is too large or refers to itself", remedy: "remove its aliases")
    }
    let content: Content
    switch node.pointee.type {
    case YAML_SCALAR_NODE:
      let scalar = node.pointee.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      content = .scalar(text, isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
    case YAML_SEQUENCE_NODE:
      let items = node.pointee.data.sequence.items
      var nodes: [YAMLNode] = []
      for place in 0..<(items.top - items.start) { nodes.append(try child(items.start[place])) }
      content = .sequence(nodes)
    case YAML_MAPPING_NODE:
      let pairs = node.pointee.data.mapping.pairs
      var entries: [Entry] = []
      var seen: Set<String> = []
      for place in 0..<(pairs.top - pairs.start) {
        let entry = Entry(key: try child(pairs.start[place].key), value: try child(pairs.start[place].value))
        guard seen.insert(entry.name).inserted else {
          throw .badData(entry.key.place, "repeats the key \(entry.name)", remedy: "keep one")
        }
        entries.append(entry)
      }
      content = .mapping(entries)
    default: content = .scalar("", isQuoted: false)
    }
    self.init(content: content, file: file, line: line, column: column)
  }
}
