internal import Foundation
internal import MVCore

/// The safetensors layout: eight bytes with the header's length, a JSON header, the values, all little-endian.
enum SafeTensorsFile {
  /// Names of element types, as safetensors writes them.
  private static let elements: [String: WeightElement] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32, "I16": .int16,
    "I8": .int8, "U8": .uint8, "BOOL": .bool,
  ]

  private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]
    private enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  private enum Item: Decodable {
    case entry(Entry)
    case facts([String: String])
    init(from decoder: any Decoder) throws {
      do { self = .entry(try Entry(from: decoder)) } catch { self = .facts(try [String: String](from: decoder)) }
    }
  }

  /// Reads a file; throws where its header cannot be read, or promises other values than there are.
  static func read(_ data: Data, path: String) throws(MVError) -> WeightContents {
    func bad(_ problem: String) -> MVError { .badData(path, problem, remedy: "download it again") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8) else { throw bad("is cut off in its header") }
    guard let items = try? JSONDecoder().decode([String: Item].self, from: data.dropFirst(8).prefix(Int(length))) else {
      throw bad("has a header that cannot be read")
    }
    let body = data.dropFirst(8 + Int(length))
    var contents = WeightContents()
    for (name, item) in items {
      guard case .entry(let entry) = item else {
        if name == "__metadata__", case .facts(let facts) = item { contents.facts = facts }
        continue
      }
      guard let element = elements[entry.dtype] else {
        throw .badData(
          path, "holds \(name) as \(entry.dtype), which is not read",
          remedy: "convert it to F32, F16 or BF16")
      }
      guard entry.offsets.count == 2, WeightTensor.isCountable(entry.shape),
        let count = Checked.product(entry.shape, times: element.size),
        Checked.sum(entry.offsets[0], count) == entry.offsets[1]
      else { throw bad("has a header that makes no sense at \(name)") }
      guard entry.offsets[1] <= body.count else { throw bad("is cut off at \(name)") }
      let start = body.startIndex + entry.offsets[0]
      contents.tensors[name] = WeightTensor(
        shape: entry.shape, element: element, bytes: body[start..<start + count])
    }
    return contents
  }
}
