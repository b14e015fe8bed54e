internal import CKernels
public import Foundation
public import MVCore
internal import MVFiles

/// Named float32 tensors and texts in one file, in the safetensors layout.
///
/// The file is eight bytes with the header's length, a JSON header, and the values, little-endian. The header's
/// `crc32c` is the checksum of the values, and its `header_crc32c` that of the header with eight `#` in its own place.
/// Python reads the file with `safetensors.torch.load_file`.
public struct TensorFile: Sendable {
  /// One tensor of the file.
  public struct Entry: Sendable {
    /// The length of each axis.
    public let shape: [Int]
    private let bytes: Data

    init(shape: [Int], bytes: Data) {
      self.shape = shape
      self.bytes = bytes
    }

    /// The values, in C order (the last axis varies fastest).
    public var values: [Float] {
      let count = bytes.count / 4
      return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer), count: count * 4)
        initialized = count
      }
    }
  }

  /// The tensors, by name.
  public let tensors: [String: Entry]
  /// The texts, by name.
  public let metadata: [String: String]
  /// Whether the header has a checksum, which then was right; files of version 0.1 have none.
  public var isHeaderChecked: Bool { metadata[TensorFile.headerSum] != nil }

  private static let valueSum = "crc32c"
  private static let headerSum = "header_crc32c"
  /// What stands for a checksum while it is not known.
  private static let placeholder = "########"

  /// Reads a file; throws where it is missing, is not of this layout, is cut off, or does not match its checksum.
  public init(contentsOf url: URL) throws(MVError) {
    let path = url.path
    func bad(_ problem: String) -> MVError {
      .badData(path, problem, remedy: "train again, or take another checkpoint of the run")
    }
    let data = try WholeFile.mapped(url, remedy: "check the path; a run writes last.ckpt in its folder")
    guard data.count > 8 else { throw bad("is not a checkpoint") }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(data.count - 8), data[data.startIndex + 8] == UInt8(ascii: "{"),
      let header = try? JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(Int(length))) as? [String: Any]
    else { throw bad("is not a checkpoint") }
    let head = Data(data.dropFirst(8).prefix(Int(length)))
    let body = data.dropFirst(8 + Int(length))
    let metadata = header["__metadata__"] as? [String: String] ?? [:]
    guard try Self.isSound(head, metadata) else { throw bad("is damaged: the checksum of its header differs") }
    var tensors: [String: Entry] = [:]
    var (end, sizes) = (0, 0)
    for (name, value) in header where name != "__metadata__" {
      guard let entry = value as? [String: Any], entry["dtype"] as? String == "F32",
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int], offsets.count == 2,
        let size = Checked.product(shape, times: 4),
        Checked.range(from: offsets[0], count: size, within: .max) == offsets[0]..<max(offsets[0], offsets[1]),
        let sum = Checked.sum(sizes, size)
      else { throw bad("has a header that cannot be read, at \(name)") }
      guard offsets[1] <= body.count else { throw bad("is cut off") }
      (end, sizes) = (max(end, offsets[1]), sum)
      let start = body.startIndex + offsets[0]
      tensors[name] = Entry(shape: shape, bytes: body[start..<body.startIndex + offsets[1]])
    }
    guard end == body.count, sizes == body.count else { throw bad("is not as long as its header says") }
    if let expected = metadata[TensorFile.valueSum] {
      let crc = body.withUnsafeBytes { mvk_crc32c(0, $0.baseAddress, $0.count) }
      guard expected == TensorFile.text(of: crc) else { throw bad("is damaged: its checksum differs") }
    }
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Whether a header has the checksum that it says, or says none.
  private static func isSound(_ header: Data, _ metadata: [String: String]) throws(MVError) -> Bool {
    guard let expected = metadata[headerSum] else { return true }
    guard let place = header.range(of: Data("\"\(headerSum)\":\"\(expected)\"".utf8)),
      expected.utf8.count == placeholder.utf8.count
    else { return false }
    var header = header
    let digits = place.upperBound - 1 - placeholder.utf8.count..<place.upperBound - 1
    header.replaceSubrange(digits, with: Data(placeholder.utf8))
    return text(of: header.withUnsafeBytes { mvk_crc32c(0, $0.baseAddress, $0.count) }) == expected
  }

  private static func text(of crc: UInt32) -> String {
    let digits = String(crc, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// A tensor to write: its name and shape, and its values in C order, which are asked for when they are written.
  public struct Item {
    let name: String
    let shape: [Int]
    let values: () throws(MVError) -> [Float]
    /// The one number of a counter, which is no float32.
    let counter: Int64?

    /// Describes one tensor.
    public init(name: String, shape: [Int], values: @escaping () throws(MVError) -> [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
      counter = nil
    }

    /// Describes a whole number without axes, as batch normalizations of PyTorch count their batches.
    ///
    /// A file with one is for other programs: ``TensorFile`` itself reads float32 alone.
    public init(name: String, counter: Int64) {
      self.name = name
      self.counter = counter
      shape = []
      values = { () throws(MVError) in [] }
    }

    var size: Int { counter == nil ? shape.reduce(4, *) : 8 }
  }

  /// Writes `tensors` and `metadata`, one tensor at a time, the file whole or not at all.
  ///
  /// A link at `url` is written through, or with `followsLinks` false replaced by the file. Throws where that fails.
  public static func write(
    _ tensors: [Item], metadata: [String: String], to url: URL, followsLinks: Bool = true
  ) throws(MVError) {
    // The checksums are known last but stand first: their eight digits are written over placeholders.
    let sums = [valueSum: placeholder, headerSum: placeholder]
    var header: [String: Any] = ["__metadata__": metadata.merging(sums) { $1 }]
    var offset = 0
    for item in tensors {
      let end = offset + item.size
      header[item.name] =
        ["dtype": item.counter == nil ? "F32" : "I64", "shape": item.shape, "data_offsets": [offset, end]]
        as [String: Any]
      offset = end
    }
    guard var json = try? JSONSerialization.data(withJSONObject: header, options: [.sortedKeys]) else {
      throw .internalFault(url.path, "cannot be described in JSON")
    }
    json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    guard let place = digits(of: valueSum, in: json), let own = digits(of: headerSum, in: json) else {
      throw .internalFault(url.path, "has no place for its checksum")
    }
    var head = [UInt8](json)
    try AtomicFile.replace(url, followsLinks: followsLinks) { (file) throws(MVError) in
      try file.write(UInt64(head.count), at: 0)
      try file.write(head, at: 8)
      var end = 8 + head.count
      var crc: UInt32 = 0
      func add<Value: BitwiseCopyable>(_ values: [Value]) throws(MVError) {
        values.withUnsafeBytes { crc = mvk_crc32c(crc, $0.baseAddress, $0.count) }
        try file.write(values, at: end)
        end += values.count * MemoryLayout<Value>.size
      }
      for item in tensors {
        if let counter = item.counter {
          try add([counter])
        } else {
          try add(try item.values())
        }
      }
      head.replaceSubrange(place, with: Array(text(of: crc).utf8))
      head.replaceSubrange(
        own, with: Array(text(of: head.withUnsafeBytes { mvk_crc32c(0, $0.baseAddress, $0.count) }).utf8))
      try file.write(head, at: 8)
    }
  }

  /// Where the placeholder of a checksum stands in a header.
  private static func digits(of name: String, in header: Data) -> Range<Int>? {
    guard let found = header.range(of: Data("\"\(name)\":\"\(placeholder)\"".utf8)) else { return nil }
    let end = found.upperBound - 1 - header.startIndex
    return end - placeholder.utf8.count..<end
  }
}
