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
