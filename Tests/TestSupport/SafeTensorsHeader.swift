public import Foundation

/// Writes over the header of a safetensors file, as somebody does who knows the layout.
public enum SafeTensorsHeader {
  /// Changes the header of the file at `url`; its values stay as they are.
  ///
  /// Throws where it cannot be read or written, and what `change` throws.
  public static func change(_ url: URL, _ change: (inout [String: Any]) throws -> Void) throws {
    let data = try Data(contentsOf: url)
    let length = Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    guard
      var header = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: Any]
    else { throw CocoaError(.fileReadCorruptFile) }
    try change(&header)
    let json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    let head = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    try (head + json + data.dropFirst(8 + length)).write(to: url, options: .atomic)
  }
}
