import Foundation
import MVCore
import MVWeights
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// Checkpoints whose numbers are not what a run would have written.
@Suite struct UntrustedCheckpointTests {
  private let folder: TemporaryFolder
  private let url: URL

  init() throws {
    folder = try TemporaryFolder()
    url = folder.url.appending(path: "last.ckpt")
    var settings = TrainingSettings()
    (settings.encoder, settings.widths, settings.projector, settings.epochs) = (.cifarResNet, [2, 2, 4], [3], 5)
    let place = Checkpoint.Place(
      step: 6, stepsPerEpoch: 4, images: 64, imageShape: ImageShape(height: 8, width: 8, channels: 3),
      representations: ["hog"])
    try Checkpoint.write(
      settings.untrainedEncoder().state, settings: settings, place: place, origin: nil, to: url)
  }

  private func refusal(of url: URL) -> MVError? {
    SampleError.of { _ = try Checkpoint(contentsOf: url).encoder() }
  }

  /// Changes the header as somebody does who knows of its checksum: version 1 had none.
  private func forged(_ change: (inout [String: Any], inout [String: String]) throws -> Void) throws -> URL {
    let data = try Data(contentsOf: url)
    let length = Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    var header = try #require(
      JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: Any])
    var metadata = try #require(header["__metadata__"] as? [String: String])
    metadata["version"] = "1"
    metadata["header_crc32c"] = nil
    try change(&header, &metadata)
    header["__metadata__"] = metadata
    let json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys])
    var file = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    file.append(json)
    file.append(data.dropFirst(8 + length))
    let place = folder.url.appending(path: "forged.ckpt")
    try file.write(to: place)
    return place
  }

  private func replaced(_ text: String, _ other: String, in key: String) throws -> URL {
    try forged { _, metadata in
      let old = try #require(metadata[key])
      #expect(old.contains(text))
      metadata[key] = old.replacing(text, with: other)
    }
  }

  @Test func oneBitOfTheHeader() throws {
    #expect(refusal(of: url) == nil)
    let data = try Data(contentsOf: url)
    let length = Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    let place = folder.url.appending(path: "flipped.ckpt")
    for at in 0..<8 + length {
      var flipped = data
      flipped[at] ^= 1 << UInt8(at % 8)
      try flipped.write(to: place)
      let error = SampleError.of { _ = try Checkpoint(contentsOf: place) }
      #expect(error?.kind == .badData, "byte \(at): \(String(describing: error))")
    }
  }

  @Test func checkpointsOfVersionOneAreRead() throws {
    #expect(refusal(of: try forged { _, _ in }) == nil)
    let error = refusal(of: try forged { $1["version"] = "2" })
    #expect(error?.problem == "is of version 2")
  }

  @Test(
    arguments: [
      (#""step":6"#, #""step":-1"#), (#""step":6"#, #""step":21"#), (#""step":6"#, #""step":4611686018427387904"#),
      (#""stepsPerEpoch":4"#, #""stepsPerEpoch":0"#), (#""stepsPerEpoch":4"#, #""stepsPerEpoch":1"#),
      (#""stepsPerEpoch":4"#, #""stepsPerEpoch":4611686018427387904"#), (#""height":8"#, #""height":0"#),
      (#""channels":3"#, #""channels":-3"#), (#""images":64"#, #""images":-64"#),
    ])
  func placesThatThereAreNot(_ text: String, _ other: String) throws {
    #expect(refusal(of: try replaced(text, other, in: "place"))?.kind == .badData)
  }

  @Test func shapesThatOverflow() throws {
    for shape in [[1 << 62, 4], [-1, -1], [Int.max, Int.max], [0, 1 << 62], [3]] {
      let place = try forged { header, _ in
        let name = try #require(header.keys.filter { $0 != "__metadata__" }.sorted().first)
        var entry = try #require(header[name] as? [String: Any])
        entry["shape"] = shape
        header[name] = entry
      }
      #expect(refusal(of: place)?.kind == .badData, "\(shape)")
    }
  }

  /// The file says how large the network may be: nothing is made that it has no values for.
  @Test(arguments: [("widths", [20_000, 20_000, 20_000]), ("projector", [100_000, 100_000])])
  func settingsOfALargerNetwork(_ name: String, _ widths: [Int]) throws {
    let place = try forged { _, metadata in
      let written = Data(try #require(metadata["settings"]).utf8)
      var settings = try #require(JSONSerialization.jsonObject(with: written) as? [String: Any])
      #expect(settings[name] is [Int])
      settings[name] = widths
      metadata["settings"] = String(decoding: try JSONSerialization.data(withJSONObject: settings), as: UTF8.self)
    }
    let error = try #require(refusal(of: place))
    #expect(error.kind == .badData && error.problem.contains("the network of its settings has"), "\(error)")
  }

  @Test func networksBeyondTheMachine() throws {
    var settings = TrainingSettings()
    settings.projector = [1_000_000, 1_000_000, 1_000_000]
    let error = SampleError.of { _ = try settings.untrainedEncoder() }
    #expect(error?.kind == .usage && error?.problem.contains("takes more than this machine's memory") == true)
    settings.projector = []
    settings.widths = [1_000_000, 1_000_000, 1_000_000, 1_000_000]
    #expect(SampleError.of { _ = try settings.untrainedEncoder() }?.kind == .usage)
  }

  @Test(
    arguments: [
      #""widths":[]"#, #""widths":[0,2,4]"#, #""widths":[2,2]"#, #""widths":[2,-2,4]"#,
      #""widths":[2,2,4611686018427387904]"#,
    ])
  func structuresThatThereAreNot(_ widths: String) throws {
    var settings = TrainingSettings()
    (settings.encoder, settings.widths) = (.cifarResNet, [2, 2, 4])
    let text = NetworkReference.structure(try settings.architecture()).description
    #expect(NetworkReference(text) != nil && text.contains(#""widths":[2,2,4]"#))
    #expect(NetworkReference(text.replacing(#""widths":[2,2,4]"#, with: widths)) == nil)
  }

  /// The larger network is one whose values the file would have to hold.
  @Test func valuesAreCountedAsTheyAreMade() throws {
    for projector in [[], [7], [5, 6, 7]] {
      var settings = TrainingSettings()
      (settings.encoder, settings.widths, settings.projector) = (.cifarResNet, [2, 2, 4], projector)
      let state = try settings.untrainedEncoder().state
      let made = state.reduce(0) { $0 + $1.tensor.shape.reduce(1, *) }
      #expect(try settings.architecture().valueCount(projector: projector) == made)
    }
  }
}

/// The error that a body throws, or nil.
private enum SampleError {
  static func of(_ body: () throws -> Void) -> MVError? {
    do {
      try body()
      return nil
    } catch { return error as? MVError }
  }
}
