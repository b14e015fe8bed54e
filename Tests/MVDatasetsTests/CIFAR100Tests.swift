import Foundation
import MVCore
import MVDatasets
import TestSupport
import Testing

struct CIFAR100Tests {
  /// Records with coarse label `i % 20`, fine label `99 - i % 100`, and pixel values that follow a formula.
  static func records(_ count: Int) -> Data {
    var bytes = Data()
    for record in 0..<count {
      bytes.append(contentsOf: [UInt8(record % 20), UInt8(99 - record % 100)])
      for channel in 0..<3 { for pixel in 0..<1024 { bytes.append(value(record, channel, pixel)) } }
    }
    return bytes
  }

  static func value(_ record: Int, _ channel: Int, _ pixel: Int) -> UInt8 {
    UInt8((record * 11 + channel * 70 + pixel * 3) % 256)
  }

  @Test func fineAndCoarseLabelsOfTheSameImages() throws {
    let layout = try LayoutFolder()
    try layout.put(Self.records(25), "cifar-100-binary/train.bin")
    try layout.put(Self.records(5), "cifar-100-binary/test.bin")
    let names = (0..<100).map { "fine \($0)" }.joined(separator: "\r\n")
    try layout.put(names, "cifar-100-binary/fine_label_names.txt")
    let fine = try CIFAR100(directory: layout.url)
    let coarse = try CIFAR100(directory: layout.url, labels: .coarse)
    #expect(fine.contents.name == "cifar100" && coarse.contents.name == "cifar20")
    #expect(fine.contents.classNames[99] == "fine 99" && coarse.contents.classNames.isEmpty)
    #expect(try fine.split("train").labels == .single((0..<25).map { 99 - $0 }))
    #expect(try coarse.split("train").labels == .single((0..<25).map { $0 % 20 }))
    let batch = try fine.images(23..<25, of: try fine.split("train"))
    #expect(try batch == coarse.images(23..<25, of: try coarse.split("train")))
    guard case .uint8(let pixels) = batch.pixels else { return }
    for (place, record) in [23, 24].enumerated() {
      for channel in 0..<3 {
        for pixel in [0, 32, 1023] {
          #expect(pixels[place * 3072 + pixel * 3 + channel] == Self.value(record, channel, pixel))
        }
      }
    }
  }

  @Test func badInputNamesFileAndRecord() throws {
    let layout = try LayoutFolder()
    let path = layout.url.appending(path: "train.bin").path
    func open() -> MVError? { failure { _ = try CIFAR100(directory: layout.url) } }
    #expect(open()?.kind == .missingInput)
    try layout.put(Self.records(3).dropLast(), "train.bin")
    #expect(open()?.subject == path && open()?.problem.contains("3074") == true)
    var wrong = Self.records(3)
    wrong[3074 + 1] = 100
    try layout.put(wrong, "train.bin")
    #expect(open()?.problem.contains("record 1 has label 100") == true, "\(open()!)")
    wrong = Self.records(3)
    wrong[2 * 3074] = 20
    try layout.put(wrong, "train.bin")
    #expect(open()?.problem.contains("record 2 has label 20") == true, "the coarse label counts for fine ones too")
    try layout.put(Self.records(3), "train.bin")
    try layout.put("one\ntwo\n", "fine_label_names.txt")
    #expect(open()?.problem.contains("names 2 classes, not 100") == true)
  }

  @Test func specificationsOpenBoth() throws {
    let layout = try LayoutFolder()
    try layout.put(Self.records(4), "train.bin")
    #expect(try SourceRequest(parsing: "cifar100:\(layout.url.path)").open().contents.name == "cifar100")
    #expect(try SourceRequest(parsing: "cifar20:\(layout.url.path)").open().contents.name == "cifar20")
  }

  @Test(.enabled(if: RealData.url("cifar100-format") != nil, "needs real photographs"))
  func officialLayout() throws {
    let folder = try #require(RealData.url("cifar100-format"))
    let fine = try CIFAR100(directory: folder)
    let coarse = try CIFAR100(directory: folder, labels: .coarse)
    #expect(fine.splits.map(\.count) == [2000, 500] && coarse.splits.map(\.count) == [2000, 500])
    #expect(fine.contents.classNames.count == 100 && coarse.contents.classNames.count == 20)
  }
}
