import Foundation
import MVCore
import MVDatasets
import MVImaging
import TestSupport
import Testing

struct VOC07Tests {
  private let layout: LayoutFolder

  init() throws {
    layout = try LayoutFolder()
    for image in ["000001", "000002", "000005"] {
      try layout.put(color: (9, 8, 7), height: 6, width: 8, "VOC2007/JPEGImages/\(image).jpg")
    }
    try layout.put("000005\r\n000001\r\n", "VOC2007/ImageSets/Main/trainval.txt")
    try layout.put("000002\r\n", "VOC2007/ImageSets/Main/test.txt")
  }

  private func annotate(_ image: String, _ objects: (name: String, difficult: Int)...) throws {
    let bodies = objects.map {
      """
      <object><name>\($0.name)</name><difficult>\($0.difficult)</difficult>
      <part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>
      """
    }
    try layout.put(
      "<annotation>\r\n<filename>\(image).jpg</filename>\(bodies.joined(separator: "\r\n"))</annotation>",
      "VOC2007/Annotations/\(image).xml")
  }

  /// Writes the lists of every class: -1, but for those given.
  private func lists(_ split: String, _ images: [String], _ values: [String: [String: Int]] = [:]) throws {
    for name in VOC07.classNames {
      let lines = images.map { image in
        let value = values[image]?[name] ?? -1
        return "\(image) \(value < 0 ? "" : " ")\(value)\r\n"
      }
      try layout.put(lines.joined(), "VOC2007/ImageSets/Main/\(name)_\(split).txt")
    }
  }

  private func row(_ present: [String] = [], ignored: [String] = []) -> [UInt8] {
    VOC07.classNames.map { present.contains($0) ? 1 : ignored.contains($0) ? 255 : 0 }
  }

  @Test func annotationsGiveLabels() throws {
    try annotate("000001", ("dog", 0), ("person", 1))
    try annotate("000005", ("cat", 1), ("cat", 0), ("cat", 1))
    try annotate("000002")
    let source = try VOC07(directory: layout.url)
    #expect(source.splits.map(\.name) == ["trainval", "test"])
    #expect(source.splits[0].ids == ["JPEGImages/000005.jpg", "JPEGImages/000001.jpg"])
    #expect(
      source.splits[0].labels == .multi(row(["cat"]) + row(["dog"], ignored: ["person"]), classes: 20),
      "a class with an object that is not difficult is there")
    #expect(source.splits[1].labels == .multi(row(), classes: 20))
    #expect(source.splits[0].shape == ImageShape(height: 6, width: 8, channels: 3))
  }

  @Test func listsGiveTheSameWhereXMLIsMissing() throws {
    try annotate("000001", ("dog", 0), ("person", 1))
    try lists("trainval", ["000001", "000005"], ["000005": ["cat": 1, "sofa": 0], "000001": ["bus": 1]])
    try lists("test", ["000002"], ["000002": ["tvmonitor": 1, "person": 0]])
    let source = try VOC07(directory: layout.url)
    #expect(
      source.splits[0].labels
        == .multi(row(["cat"], ignored: ["sofa"]) + row(["dog"], ignored: ["person"]), classes: 20),
      "XML goes before the lists")
    #expect(source.splits[1].labels == .multi(row(["tvmonitor"], ignored: ["person"]), classes: 20))
  }

  @Test func badInputIsNamed() throws {
    func open() -> MVError? { failure { _ = try VOC07(directory: layout.url) } }
    #expect(open()?.kind == .missingInput, "neither XML nor lists: \(String(describing: open()))")
    try lists("trainval", ["000001", "000005"])
    try lists("test", ["000002"])
    #expect(open() == nil)
    try annotate("000001", ("dragon", 0))
    #expect(open()?.subject.hasSuffix("000001.xml") == true && open()?.problem.contains("dragon") == true)
    try annotate("000001", ("", 0))
    #expect(open()?.problem == "has an object without a name")
    try layout.put("<annotation><object><name>dog</name>", "VOC2007/Annotations/000001.xml")
    #expect(open()?.kind == .badData && open()?.problem.contains("cut off") == true)
    try annotate("000001", ("dog", 0))
    try layout.put("000001 -1\n000005 2\n", "VOC2007/ImageSets/Main/boat_trainval.txt")
    #expect(open()?.subject.hasSuffix("boat_trainval.txt:2") == true)
    try layout.put("000001 -1\n", "VOC2007/ImageSets/Main/boat_trainval.txt")
    #expect(open()?.problem.contains("boat_trainval.txt does not name the image") == true)
    try FileManager.default.removeItem(at: layout.url.appending(path: "VOC2007/ImageSets/Main/boat_trainval.txt"))
    #expect(open()?.kind == .missingInput && open()?.subject.hasSuffix("boat_trainval.txt") == true)
    try annotate("000005")
    #expect(open() == nil, "every image of trainval has XML now")
    try layout.put("000002\n000002\n", "VOC2007/ImageSets/Main/test.txt")
    #expect(open()?.subject.hasSuffix("test.txt:2") == true)
    try FileManager.default.removeItem(at: layout.url.appending(path: "VOC2007/ImageSets"))
    #expect(open()?.kind == .missingInput && open()?.remedy.contains("ImageSets") == true)
  }

  @Test(
    arguments: [
      #"<!DOCTYPE a [<!ENTITY x "dog">]><annotation><object><name>&x;</name></object></annotation>"#,
      #"<?xml version="1.0" encoding="UTF-7"?><annotation><object><name>dog</name></object></annotation>"#,
      #"<?xml version="1.0" encoding='utf-7' standalone="utf-8"?><annotation><object><name>dog</name></object></annotation>"#,
      "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-7\"?><annotation><object><name>dog</name></object></annotation>",
      "<?xml version=\"1.0\"\(String(repeating: " ", count: 300))encoding=\"UTF-7\"?><annotation></annotation>",
      "<annotation><object><name>do\0g</name></object></annotation>",
      "<annotation>" + String(repeating: " ", count: 1 << 24) + "</annotation>",
    ])
  func xmlThatMayStandForAnything(_ text: String) throws {
    try lists("trainval", ["000001", "000005"])
    try lists("test", ["000002"])
    try layout.put(text, "VOC2007/Annotations/000001.xml")
    let error = failure { _ = try VOC07(directory: layout.url) }
    #expect(error?.problem.hasPrefix("declares entities or an encoding") == true, "\(String(describing: error))")
    try layout.put(
      #"<?xml version="1.0" encoding="utf-8"?><annotation><object><name>dog</name></object></annotation>"#,
      "VOC2007/Annotations/000001.xml")
    #expect(failure { _ = try VOC07(directory: layout.url) } == nil)
  }

  @Test func missingImagesAndOtherSizes() throws {
    try lists("trainval", ["000001", "000005"])
    try lists("test", ["000002"])
    let images = layout.url.appending(path: "VOC2007/JPEGImages")
    try layout.put(color: (1, 1, 1), height: 9, width: 5, "VOC2007/JPEGImages/000001.jpg")
    let source = try VOC07(directory: layout.url)
    let mixed = failure { _ = try source.images(0..<2, of: source.splits[0]) }
    #expect(mixed?.problem == "is 9x5, the first image is 6x8" && mixed?.remedy.contains("--size") == true)
    let sized = try VOC07(directory: layout.url, framing: Framing(ImageSize(height: 4, width: 4)))
    #expect(try sized.images(0..<2, of: sized.splits[0]).count == 2)
    try FileManager.default.removeItem(at: images.appending(path: "000005.jpg"))
    let partly = try VOC07(directory: layout.url)
    #expect(partly.contents.notices.contains { $0.contains("1 of 2 images listed are not there") })
    #expect(failure { _ = try partly.images(0..<1, of: partly.splits[0]) }?.kind == .missingInput)
    try FileManager.default.removeItem(at: images.appending(path: "000001.jpg"))
    #expect(failure { _ = try VOC07(directory: layout.url) }?.kind == .missingInput)
  }

  @Test(.enabled(if: RealData.url("voc-mosaic20") != nil, "needs real photographs"))
  func annotationsAgreeWithTheLists() throws {
    let folder = try #require(RealData.url("voc-mosaic20"))
    let annotated = try VOC07(directory: folder)
    // The same set without its annotations must get the same labels from the lists.
    let root = folder.appending(path: "VOC2007")
    for part in ["ImageSets", "JPEGImages"] {
      try FileManager.default.createDirectory(
        at: layout.url.appending(path: "listed"), withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: layout.url.appending(path: "listed/\(part)"), withDestinationURL: root.appending(path: part))
    }
    let listed = try VOC07(directory: layout.url.appending(path: "listed"))
    #expect(annotated.splits.map(\.labels) == listed.splits.map(\.labels))
    #expect(annotated.splits.map(\.ids) == listed.splits.map(\.ids))
  }

  @Test(.enabled(if: RealData.url("voc07-lists") != nil, "needs the real lists"))
  func officialLists() throws {
    let source = try VOC07(
      directory: try #require(RealData.url("voc07-lists")), framing: Framing(ImageSize(height: 32, width: 32)))
    #expect(source.splits.map(\.name) == ["trainval", "test"] && source.splits.map(\.count) == [5011, 4952])
    guard case .multi(let labels, let classes) = source.splits[0].labels else { return }
    let person = stride(from: 14, to: labels.count, by: classes).map { labels[$0] }
    #expect(person.count { $0 == 1 } == 2008 && person.count { $0 == 255 } == 87)
  }
}
