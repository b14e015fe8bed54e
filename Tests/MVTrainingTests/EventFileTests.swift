import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVTraining

@Suite struct EventFileTests {
  @Test func recordsAreThoseOfTensorBoard() throws {
    // Written by tensorboard's own EventFileWriter; see Fixtures/Generators/events.py.
    let golden = try Data(contentsOf: Fixture.url("events/scalars.tfevents"))
    let event = EventFile.event(
      time: 1_700_000_000.25, step: 300,
      scalars: [("loss/total", 1.5), ("loss/dc_hog", 0.1), ("validation/probe", -2e-8)])
    #expect(golden.suffix(from: 0).range(of: Data(EventFile.record(event))) != nil)
  }

  /// The scalars of an event file, by the name of each: step and value.
  static func scalars(_ folder: URL) throws -> [String: [(step: Int, value: Float)]] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("events.out") }
    var found: [String: [(step: Int, value: Float)]] = [:]
    for name in names.sorted() {
      var data = [UInt8](try Data(contentsOf: folder.appending(path: name)))[...]
      while data.count >= 16 {
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        var event = Message(data.dropFirst(12).prefix(length))
        data = data.dropFirst(length + 16)
        let fields = event.fields()
        guard let summary = fields.last(where: { $0.number == 5 }) else { continue }
        let step = fields.first { $0.number == 2 }?.varint ?? 0
        var values = Message(summary.bytes)
        for value in values.fields() {
          var inner = Message(value.bytes)
          let parts = inner.fields()
          let tag = String(decoding: parts.first { $0.number == 1 }?.bytes ?? [], as: UTF8.self)
          let bits = (parts.first { $0.number == 2 }?.bytes ?? []).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
          found[tag, default: []].append((step, Float(bitPattern: bits)))
        }
      }
    }
    return found
  }

  /// A message of protocol buffers, as far as event files need them.
  private struct Message {
    var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    private mutating func varint() -> Int {
      var (value, shift) = (0, 0)
      while let byte = rest.popFirst() {
        value |= Int(byte & 127) << shift
        shift += 7
        if byte < 128 { break }
      }
      return value
    }

    mutating func fields() -> [(number: Int, varint: Int, bytes: ArraySlice<UInt8>)] {
      var fields: [(number: Int, varint: Int, bytes: ArraySlice<UInt8>)] = []
      while !rest.isEmpty {
        let key = varint()
        let count = [1: 8, 5: 4][key & 7]
        if key & 7 == 0 {
          fields.append((key >> 3, varint(), []))
        } else {
          let length = count ?? varint()
          fields.append((key >> 3, 0, rest.prefix(length)))
          rest = rest.dropFirst(length)
        }
      }
      return fields
    }
  }

  @Test func aRunTellsOfItsStepsAndEpochs() throws {
    let folder = try TemporaryFolder()
    var settings = TrainerTests.settings(epochs: 3)
    settings.logEvery = 2
    settings.scheduler = .constant
    var losses: [Double] = []
    try Trainer(settings, data: TrainerTests.data(), folder: folder.url).run { losses.append($0.loss.total) }
    let scalars = try Self.scalars(folder.url)
    #expect(scalars["steps/loss"]?.map(\.step) == [2, 4, 6])
    #expect(scalars["steps/loss"]?.map(\.value) == [losses[1], losses[3], losses[5]].map { Float($0) })
    for name in ["mse", "std", "1-dcor_zz", "1-dcor_hog"] {
      #expect(scalars["steps/\(name)"]?.count == 3 && scalars["loss/\(name)"]?.count == 3, "\(name)")
    }
    #expect(scalars["steps/learning_rate"]?.map(\.value) == [1e-3, 1e-3, 1e-3])
    #expect(scalars["steps/images_per_second"]?.allSatisfy { $0.value > 0 } == true)
    #expect(scalars["loss/total"]?.map(\.step) == [2, 4, 6])
    // None, where none are asked for.
    settings.logEvery = 0
    let quiet = try TemporaryFolder()
    try Trainer(settings, data: TrainerTests.data(), folder: quiet.url).run()
    #expect(try Self.scalars(quiet.url)["steps/loss"] == nil)
  }

  @Test func aRunWritesOneRecordAnEpoch() throws {
    let folder = try TemporaryFolder()
    let file = EventFile(in: folder.url)
    let loss = LossTerms(terms: [.difference], values: [0.5], total: 0.5)
    for epoch in 1...3 {
      try file.append(
        EpochRecord(
          epoch: epoch, step: epoch * 200, loss: loss, learningRate: 0.1, imagesPerSecond: 10, waitingShare: 0,
          networkShare: 1, seconds: 1, validation: nil))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(names.count == 1 && names[0].hasPrefix("events.out.tfevents."))
    var data = try Data(contentsOf: folder.url.appending(path: names[0]))
    var records = 0
    while !data.isEmpty {
      let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let record = [UInt8](data.prefix(length + 16))
      #expect(record == EventFile.record(Array(record[12..<12 + length])))
      data = Data(data.dropFirst(length + 16))
      records += 1
    }
    #expect(records == 4)
  }
}
