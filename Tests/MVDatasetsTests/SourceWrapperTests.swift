import MVCore
import MVDatasets
import MVImaging
import Testing

struct SourceWrapperTests {
  let base: Synthetic

  init() throws { base = try Synthetic(count: 40) }

  @Test func joinedSplitsFollowEachOther() throws {
    let joined = try JoinedSplits(base, joining: "test+train")
    let split = try joined.split("test+train")
    #expect(joined.splits.count == 3 && split.count == 50)
    let (train, test) = (try base.split("train"), try base.split("test"))
    #expect(Array(split.ids) == Array(test.ids) + Array(train.ids))
    let all = try base.images(0..<10, of: test)
    let rest = try base.images(0..<40, of: train)
    #expect(try joined.images(0..<10, of: split) == all)
    #expect(try joined.images(10..<50, of: split) == rest)
    let across = try joined.images(8..<13, of: split)
    #expect(across.count == 5 && across[1] == all[9] && across[2] == rest[0] && across[4] == rest[2])
    #expect(try joined.images(3..<6, of: train) == base.images(3..<6, of: train))
    guard case .single(let labels) = split.labels, case .single(let own) = train.labels else { return }
    #expect(Array(labels.suffix(40)) == own)
    for wrong in ["train+dev", "train+train", "+train"] {
      #expect(throws: MVError.self) { try JoinedSplits(base, joining: wrong) }
    }
  }

  @Test func normalizedPixelsAreThoseOfTorchvision() throws {
    let source = try NormalizedSource(base, by: .imagenet)
    let split = try source.split("train")
    #expect(split.hasFloatPixels && source.contents.fingerprint == base.contents.fingerprint + " normalised imagenet")
    let plain = try base.images(2..<4, of: base.split("train"))
    guard case .uint8(let bytes) = plain.pixels, case .float32(let floats) = try source.images(2..<4, of: split).pixels
    else { return #expect(Bool(false), "other kinds of pixels") }
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    for place in stride(from: 0, to: bytes.count, by: 97) {
      let expected = (Float(bytes[place]) / 255 - mean[place % 3]) / deviation[place % 3]
      #expect(abs(floats[place] - expected) < 1e-6)
    }
    #expect(throws: MVError.self) { try NormalizedSource(source, by: .cifar) }
  }
}
