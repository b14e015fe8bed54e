import Foundation
import MVCore
import MVDatasets
import MVFiles
import TestSupport
import Testing

struct BinarySourceTests {
  /// A CIFAR-10 batch of `count` records whose pixel values follow a formula of record, channel, row and column.
  static func cifarBatch(_ count: Int) -> Data {
    var bytes = Data()
    for record in 0..<count {
      bytes.append(UInt8(record % 10))
      for channel in 0..<3 {
        for pixel in 0..<1024 { bytes.append(UInt8((record * 7 + channel * 50 + pixel) % 256)) }
      }
    }
    return bytes
  }

  @Test func cifar10PlanesBecomeInterleaved() throws {
    let folder = try TemporaryFolder()
    try Self.cifarBatch(12).write(to: folder.url.appending(path: "data_batch_1.bin"))
    try Self.cifarBatch(5).write(to: folder.url.appending(path: "data_batch_2.bin"))
    let source = try CIFAR10(directory: folder.url)
    let train = try source.split("train")
    #expect(train.count == 17 && train.ids[12] == "data_batch_2.bin#0")
    #expect(train.labels == .single([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 0, 1, 2, 3, 4]))
    let batch = try source.images(11..<14, of: train)
    guard case .uint8(let pixels) = batch.pixels else { return }
    for (place, record) in [11, 0, 1].enumerated() {
      for channel in 0..<3 {
        for pixel in [0, 33, 1023] {
          let expected = UInt8((record * 7 + channel * 50 + pixel) % 256)
          #expect(pixels[place * 3072 + pixel * 3 + channel] == expected)
        }
      }
    }
    #expect(source.contents.notices.count == 2, "3 batches and the test batch are missing")
    #expect(throws: MVError.self) { try source.split("test") }
  }

  @Test func cifar10BadInputNamesTheFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "data_batch_1.bin")
    #expect(#expect(throws: MVError.self) { try CIFAR10(directory: folder.url) }?.kind == .missingInput)
    try Self.cifarBatch(3).dropLast().write(to: file)
    let cut = #expect(throws: MVError.self) { try CIFAR10(directory: folder.url) }
    #expect(cut?.kind == .badData && cut?.subject == file.path)
    var wrong = Self.cifarBatch(3)
    wrong[3073] = 10
    try wrong.write(to: file)
    #expect(#expect(throws: MVError.self) { try CIFAR10(directory: folder.url) }?.problem.contains("record 1") == true)
    try Self.cifarBatch(3).write(to: folder.url.appending(path: "data_batch_3.bin"))
    try Self.cifarBatch(3).write(to: file)
    #expect(throws: MVError.self, "batch 2 is missing between others") { try CIFAR10(directory: folder.url) }
  }

  @Test func stl10ColumnsBecomeRows() throws {
    let folder = try TemporaryFolder()
    var bytes = Data()
    for record in 0..<2 {
      for channel in 0..<3 {
        for x in 0..<96 { for y in 0..<96 { bytes.append(UInt8((record * 100 + channel * 60 + x * 2 + y) % 256)) } }
      }
    }
    try bytes.write(to: folder.url.appending(path: "train_X.bin"))
    try Data([1, 10]).write(to: folder.url.appending(path: "train_y.bin"))
    try bytes.write(to: folder.url.appending(path: "unlabeled_X.bin"))
    let source = try STL10(directory: folder.url)
    let train = try source.split("train")
    #expect(train.labels == .single([0, 9]))
    #expect(try source.split("unlabeled").labels == .single([-1, -1]))
    guard case .uint8(let pixels) = try source.images(1..<2, of: train).pixels else { return }
    for (x, y) in [(0, 0), (5, 90), (95, 1)] {
      for channel in 0..<3 {
        let expected = UInt8((100 + channel * 60 + x * 2 + y) % 256)
        #expect(pixels[(y * 96 + x) * 3 + channel] == expected)
      }
    }
    try Data([0, 10]).write(to: folder.url.appending(path: "train_y.bin"))
    #expect(throws: MVError.self, "labels are 1-based") { try STL10(directory: folder.url) }
    try Data([1]).write(to: folder.url.appending(path: "train_y.bin"))
    #expect(throws: MVError.self, "one label is missing") { try STL10(directory: folder.url) }
  }

  @Test func foldsOfSTL10AreThoseOfItsFile() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "stl10_binary/fold_indices.txt")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let lines = (0..<10).map { fold in (0..<3).map { "\(fold * 100 + $0 * 7)" }.joined(separator: " ") + " \n" }
    try lines.joined().write(to: file, atomically: false, encoding: .utf8)
    #expect(try STL10.fold(1, directory: folder.url) == ["train_X.bin#0", "train_X.bin#7", "train_X.bin#14"])
    #expect(try STL10.fold(10, directory: folder.url) == ["train_X.bin#900", "train_X.bin#907", "train_X.bin#914"])
    for number in [0, 11] {
      #expect(#expect(throws: MVError.self) { try STL10.fold(number, directory: folder.url) }?.kind == .usage)
    }
    try lines.dropLast().joined().write(to: file, atomically: false, encoding: .utf8)
    #expect(#expect(throws: MVError.self) { try STL10.fold(1, directory: folder.url) }?.kind == .badData)
    try lines.joined().replacing("107", with: "x").write(to: file, atomically: false, encoding: .utf8)
    let error = #expect(throws: MVError.self) { try STL10.fold(2, directory: folder.url) }
    #expect(error?.kind == .badData && error?.subject.hasSuffix("fold_indices.txt:2") == true)
    try FileManager.default.removeItem(at: file)
    #expect(#expect(throws: MVError.self) { try STL10.fold(1, directory: folder.url) }?.kind == .missingInput)
  }

  @Test func numPyImagesInEveryLayout() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "x.npy")
    let values = (0..<2 * 4 * 5 * 3).map { UInt8($0) }
    try NumPyArray.write(values, shape: [2, 4, 5, 3], element: .uint8, to: file)
    let last = try NumPyImages(file: file)
    #expect(try last.images(1..<2, of: last.splits[0]).pixels == .uint8(Array(values[60...])))
    try NumPyArray.write(values, shape: [2, 3, 4, 5], element: .uint8, to: file)
    let first = try NumPyImages(file: file)
    guard case .uint8(let pixels) = try first.images(0..<1, of: first.splits[0]).pixels else { return }
    #expect(pixels[3 * 7 + 2] == 47, "pixel 7 of the third plane")
    let labels = folder.url.appending(path: "y.npy")
    try NumPyArray.write([3, -1] as [Int64], shape: [2], element: .int64, to: labels)
    #expect(try NumPyImages(file: file, labels: labels).splits[0].labels == .single([3, -1]))
    for (shape, element) in [([120], NumPyArray.Element.uint8), ([15], .int64), ([2, 2, 5, 6], .uint8)] {
      if element == .int64 {
        try NumPyArray.write([Int64](repeating: 0, count: 15), shape: shape, element: element, to: file)
      } else {
        try NumPyArray.write(values, shape: shape, element: element, to: file)
      }
      let error = #expect(throws: MVError.self, "\(shape)") { try NumPyImages(file: file) }
      #expect(error?.kind == .badData && error?.remedy.isEmpty == false)
    }
  }
}
