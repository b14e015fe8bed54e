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

  @Test func aLimitIsSpreadOverClasses() throws {
    let cut = try SelectedRows(base, limit: 20)
    let (train, all) = (try cut.split("train"), try base.split("train"))
    guard case .single(let labels) = train.labels else { return #expect(Bool(false), "other labels") }
    #expect(train.count == 20 && Set(labels).count == 10, "two of each class")
    #expect((0..<10).allSatisfy { label in labels.count { $0 == label } == 2 })
    let places = train.ids.map { id in all.ids.firstIndex { $0 == id } ?? -1 }
    #expect(places == places.sorted() && places != Array(0..<20))
    let whole = try base.images(0..<40, of: all)
    let drawn = try cut.images(0..<20, of: train)
    for (row, place) in places.enumerated() { #expect(drawn[row] == whole[place]) }
    #expect(try cut.images(3..<5, of: train)[1] == whole[places[4]])
    #expect(cut.contents.notices.contains("train: 20 of 40 images, drawn by a fixed seed spread over 10 classes"))
    #expect(Array(try SelectedRows(base, limit: 20).split("train").ids) == Array(train.ids))
    let more = Set(try SelectedRows(base, limit: 30).split("train").ids)
    #expect(more.isSuperset(of: train.ids), "a larger limit adds rows")
    #expect(try cut.split("test").count == 10 && SelectedRows(base, limit: 40).contents.notices.isEmpty)
    #expect(throws: MVError.self) { try SelectedRows(base, limit: 0) }
  }

  @Test func aRequestSaysTheLimit() throws {
    var asked = try SourceRequest(parsing: "synthetic:40")
    asked.limit = 20
    asked.joinedSplits = ["train+test"]
    let source = try asked.open()
    #expect(source.contents.request == asked && source.splits.map(\.count) == [20, 10, 20])
    #expect(
      try SelectedRows(try SourceRequest(parsing: "synthetic:40").open(), limit: 20).contents.request?.limit == 20)
  }

  @Test func rowsThatAreKeptStayInOrder() throws {
    let kept = try SelectedRows(base, keeping: ["train": [0, 1, 5, 39]])
    let (part, all) = (try kept.split("train"), try base.split("train"))
    #expect(Array(part.ids) == [0, 1, 5, 39].map { all.ids[$0] })
    #expect(try kept.images(1..<4, of: part)[2] == base.images(39..<40, of: all)[0])
    #expect(throws: MVError.self) { try SelectedRows(base, keeping: ["train": [40]]) }
    #expect(throws: MVError.self) { try SelectedRows(base, keeping: ["train": []]) }
  }
}
