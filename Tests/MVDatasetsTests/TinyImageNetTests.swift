import Foundation
import MVCore
import MVDatasets
import MVImaging
import TestSupport
import Testing

struct TinyImageNetTests {
  /// Two classes with two train images each, and three val images.
  static func layout() throws -> LayoutFolder {
    let layout = try LayoutFolder()
    let root = "tiny-imagenet-200"
    try layout.put("n02\nn01\n", "\(root)/wnids.txt")
    try layout.put("n00\tentity\nn01\tgoldfish, Carassius\nn02\tnewt\n", "\(root)/words.txt")
    for (name, shade) in [("n01", UInt8(40)), ("n02", 90)] {
      for image in 0..<2 {
        try layout.put(color: (shade, UInt8(image), 7), "\(root)/train/\(name)/images/\(name)_\(image).JPEG")
      }
      try layout.put("\(name)_0.JPEG\t0\t0\t7\t7\n", "\(root)/train/\(name)/\(name)_boxes.txt")
    }
    for image in 0..<3 { try layout.put(color: (200, UInt8(image), 0), "\(root)/val/images/val_\(image).JPEG") }
    try layout.put(
      "val_2.JPEG\tn02\t0\t0\t7\t7\r\nval_0.JPEG\tn01\t0\t0\t7\t7\r\nval_1.JPEG\tn02\t0\t0\t7\t7\r\n",
      "\(root)/val/val_annotations.txt")
    return layout
  }

  @Test func listsGiveClassesAndValidation() throws {
    let layout = try Self.layout()
    try layout.put(color: (1, 2, 3), "tiny-imagenet-200/test/images/test_0.JPEG")
    let source = try TinyImageNet(directory: layout.url)
    #expect(source.contents.classNames == ["goldfish", "newt"], "sorted by WordNet id")
    #expect(source.splits.map(\.name) == ["train", "val", "test"])
    #expect(source.splits[0].labels == .single([0, 0, 1, 1]))
    #expect(source.splits[0].ids[2] == "train/n02/images/n02_0.JPEG")
    #expect(Array(source.splits[1].ids) == [2, 0, 1].map { "val/images/val_\($0).JPEG" })
    #expect(source.splits[1].labels == .single([1, 0, 1]) && source.splits[2].labels == .single([-1]))
    guard case .uint8(let pixels) = try source.images(0..<2, of: source.splits[1]).pixels else { return }
    #expect(pixels[0..<3] == [200, 2, 0] && pixels[8 * 8 * 3 + 1] == 0)
    let small = try TinyImageNet(directory: layout.url, framing: Framing(ImageSize(height: 4, width: 4)))
    #expect(small.splits[0].shape == ImageShape(height: 4, width: 4, channels: 3))
    #expect(small.contents.fingerprint != source.contents.fingerprint)
  }

  @Test func badListsAreNamed() throws {
    let layout = try Self.layout()
    func open() -> MVError? { failure { _ = try TinyImageNet(directory: layout.url) } }
    let annotations = "tiny-imagenet-200/val/val_annotations.txt"
    try layout.put("val_0.JPEG\tn03\t0\t0\t7\t7\n", annotations)
    #expect(open()?.subject.hasSuffix("val_annotations.txt:1") == true && open()?.problem.contains("n03") == true)
    try layout.put("val_0.JPEG\tn01\n\nval_1.JPEG n01\n", annotations)
    #expect(open()?.subject.hasSuffix("val_annotations.txt:3") == true)
    try FileManager.default.removeItem(at: layout.url.appending(path: annotations))
    #expect(open()?.kind == .missingInput && open()?.subject.hasSuffix("val_annotations.txt") == true)
    try layout.put("val_9.JPEG\tn01\n", annotations)
    #expect(open()?.kind == .missingInput, "no image that is listed is there")
    try layout.put("val_9.JPEG\tn01\nval_0.JPEG\tn01\n", annotations)
    let source = try TinyImageNet(directory: layout.url)
    #expect(source.contents.notices.contains { $0.contains("1 of 2 images listed are not there") })
    let absent = failure { _ = try source.images(0..<1, of: source.splits[1]) }
    #expect(absent?.kind == .missingInput && absent?.subject.hasSuffix("val_9.JPEG") == true)
    try layout.put("n02\n", "tiny-imagenet-200/wnids.txt")
    #expect(open()?.subject.hasSuffix("train/n01") == true, "a folder of a class that is not listed")
    try layout.put("n01\nn01\nn02\n", "tiny-imagenet-200/wnids.txt")
    #expect(open()?.problem == "names a class twice")
  }

  @Test(.enabled(if: RealData.url("tiny-imagenet-20") != nil, "needs real photographs"))
  func originalLayout() throws {
    let source = try TinyImageNet(directory: try #require(RealData.url("tiny-imagenet-20")))
    #expect(source.splits.map(\.name) == ["train", "val"] && source.contents.classNames.count == 20)
    #expect(source.splits[0].count == 20 * 500)
    guard case .single(let labels) = source.splits[1].labels else { return }
    #expect(Set(labels) == Set(0..<20))
    #expect(try source.images(0..<50, of: source.splits[1]).shape == ImageShape(height: 64, width: 64, channels: 3))
  }
}
