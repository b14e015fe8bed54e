internal import Foundation
internal import FoundationXML
internal import MVCore

/// The objects in one image, as an annotation file of Pascal VOC lists them.
struct VOCAnnotation {
  /// One object in the image.
  struct Object: Hashable {
    var name = ""
    var isDifficult = false
  }

  let objects: [Object]

  /// Reads the XML; throws where it is damaged, or an object has no name.
  init(_ bytes: Data, path: String) throws(MVError) {
    guard Self.isPlain(bytes) else {
      throw .badData(
        path, "declares entities or an encoding that no VOC annotation has, or is larger than any",
        remedy: "unpack the data set again")
    }
    let reader = Reader()
    let parser = XMLParser(data: bytes)
    parser.delegate = reader
    // The parser itself accepts a document that stops early.
    guard parser.parse(), parser.parserError == nil, reader.isWhole else {
      throw .badData(
        "\(path):\(parser.lineNumber)", "is not the XML of a VOC annotation, or is cut off",
        remedy: "unpack the data set again")
    }
    guard reader.objects.allSatisfy({ !$0.name.isEmpty }) else {
      throw .badData(path, "has an object without a name", remedy: "unpack the data set again")
    }
    objects = reader.objects
  }

  /// Whether there is nothing that could make a little text stand for much: entities, or an encoding that hides them.
  private static func isPlain(_ bytes: Data) -> Bool {
    guard bytes.count <= 1 << 24, !bytes.contains(0), bytes.range(of: Data("<!ENTITY".utf8)) == nil else {
      return false
    }
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let head = String(decoding: bytes.dropFirst(mark).prefix(200), as: UTF8.self).lowercased()
    guard head.hasPrefix("<?xml") else { return true }
    // A declaration that is longer could have an encoding further on.
    guard let end = head.range(of: "?>") else { return false }
    let named = head[..<end.lowerBound].matches(of: #/encoding\s*=\s*["']([^"']*)["']/#).map(\.output.1)
    return named.allSatisfy { ["utf-8", "us-ascii", "iso-8859-1"].contains($0) }
  }

  /// Collects `annotation/object/name` and `annotation/object/difficult`; parts of objects have names too, which are
  /// not wanted.
  private final class Reader: NSObject, XMLParserDelegate {
    var objects: [Object] = []
    var isWhole = false
    private var path: [String] = []
    private var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      path.append(name)
      text = ""
      if path == ["annotation", "object"] { objects.append(Object()) }
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
      if path == ["annotation", "object", "name"] { objects[objects.count - 1].name = value }
      if path == ["annotation", "object", "difficult"] { objects[objects.count - 1].isDifficult = value == "1" }
      if path == ["annotation"] { isWhole = true }
      path.removeLast()
      text = ""
    }
  }
}
