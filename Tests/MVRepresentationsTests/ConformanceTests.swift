import CKernels
import Foundation
import MVCore
import MVRepresentations
import Synchronization
import TestSupport
import Testing

/// What every entry of the catalogue must do; new entries are tested without a change here.
///
/// Serialized because one test changes the instruction set under all others.
@Suite(.serialized) struct ConformanceTests {
  static let names = Catalogue.entries.map(\.name)
  /// Every entry with its defaults, as it is and sketched.
  static let specifications = names + names.map { "\($0):sketch=32,sketch_seed=5" }

  private func make(_ specification: String) throws -> any Representation {
    try RepresentationSpecification(parsing: specification).make()
  }

  /// 8-bit RGB of two shapes, gray, and floats.
  static let batches: [ImageBatch] = {
    let files = ["images/rgb45x37", "images/rgb96", "images/rgb32"]
    guard let color = try? files.map({ try Fixture.images($0) }), case .uint8(let values) = color[0].pixels
    else { preconditionFailure("the fixtures are missing") }
    let shape = ImageShape(height: 45, width: 37, channels: 1)
    let green = stride(from: 1, to: values.count, by: 3).map { values[$0] }
    return color + [
      ImageBatch(count: 2, shape: shape, pixels: .uint8(green)),
      ImageBatch(count: 2, shape: color[0].shape, pixels: .float32(values.map { Float($0) / 255 })),
    ]
  }()

  /// The batches whose pixels `representation` takes.
  static func batches(for representation: some Representation) -> [ImageBatch] {
    batches.filter { batch in
      if case .float32 = batch.pixels { return type(of: representation).takesFloatPixels }
      return true
    }
  }

  @Test(arguments: specifications) func rowsAreOfThePromisedShape(_ name: String) throws {
    let representation = try make(name)
    for images in Self.batches(for: representation) {
      let layout = try representation.layout(for: images.shape)
      #expect(layout.count > 0 && layout.shape.count == layout.axes.count)
      for (axis, labels) in layout.labels {
        let index = try #require(layout.axes.firstIndex(of: axis))
        #expect(labels.count == layout.shape[index])
      }
      // The buffer starts as NaN: what is finite was written.
      let values = try rows(of: representation, images)
      #expect(values.allSatisfy { $0.isFinite })
      #expect(try representation.features(of: images[0]).layout == layout)
    }
  }

  @Test(arguments: specifications) func batchesAndThreadsDoNotMatter(_ name: String) throws {
    let representation = try make(name)
    for images in Self.batches(for: representation) {
      let together = try rows(of: representation, images)
      #expect(try rows(of: representation, images) == together)
      let count = together.count / images.count
      let alone = Mutex([Int: [Float]]())
      // Every image several times, so that threads do meet.
      try Parallel.forEach(images.count * 4, threads: 4) { (index) throws(MVError) in
        let row = try representation.features(of: images[index % images.count]).values
        alone.withLock { $0[index] = row }
      }
      for (index, row) in alone.withLock({ $0 }) {
        let image = index % images.count
        #expect(row.elementsEqual(together[image * count..<(image + 1) * count]))
      }
    }
  }

  @Test(arguments: specifications) func imagesStayAsTheyAre(_ name: String) throws {
    let representation = try make(name)
    for images in Self.batches(for: representation) {
      switch images.pixels {
      case .uint8(let values):
        let copy = values.map { $0 }
        _ = try rows(of: representation, images)
        #expect(values == copy)
      case .float32(let values):
        let copy = values.map { $0 }
        _ = try rows(of: representation, images)
        #expect(values == copy)
      }
    }
  }

  @Test(arguments: names) func floatPixelsAreTakenOrRefusedInWords(_ name: String) throws {
    let representation = try make(name)
    let shape = ImageShape(height: 45, width: 37, channels: 1)
    let images = ImageBatch(count: 1, shape: shape, pixels: .float32((0..<shape.count).map { Float($0 % 7) / 7 }))
    guard !type(of: representation).takesFloatPixels else {
      #expect(throws: Never.self) { try rows(of: representation, images) }
      return
    }
    let error = #expect(throws: MVError.self) { try rows(of: representation, images) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains(name) == true && error?.remedy.isEmpty == false)
  }

  @Test(arguments: specifications) func emptyBatchesHaveNoRows(_ name: String) throws {
    let images = ImageBatch(count: 0, shape: Self.batches[0].shape, pixels: .uint8([]))
    #expect(try rows(of: try make(name), images).isEmpty)
  }

  @Test(arguments: specifications, [Float.nan, .infinity, -.infinity])
  func pixelsThatAreNotFiniteAreRefused(_ name: String, _ value: Float) throws {
    let shape = ImageShape(height: 45, width: 37, channels: 3)
    var values = [Float](repeating: 0.5, count: 2 * shape.count)
    values[shape.count + 3 * (37 * 20 + 11)] = value
    let images = ImageBatch(count: 2, shape: shape, pixels: .float32(values))
    let error = #expect(throws: MVError.self) { try rows(of: try make(name), images) }
    #expect(error?.kind == .badData)
    #expect(error?.row == 1 && error?.place == "image 1")
  }

  @Test(arguments: specifications) func buffersOfAnotherSizeAreRefused(_ name: String) throws {
    let representation = try make(name)
    let images = Self.batches[0]
    let right = images.count * (try representation.layout(for: images.shape).count)
    for size in [0, right - 1, right + 1] {
      var values = [Float](repeating: 0, count: size)
      let error = #expect(throws: MVError.self) {
        var span = values.mutableSpan
        try representation.compute(images, into: &span)
      }
      #expect(error?.kind == .usage)
    }
  }

  @Test(arguments: names) func tooSmallImagesNameTheSetting(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    let subjects = entry.settings.map { "setting \($0.name)=" }
    for values in [[:], ["sketch": .int(1)]] + Self.otherValues(of: entry).map({ [$0.0: $0.1] }) {
      let representation = try entry.make(settings: values)
      for side in [1, 2, 3] {
        let shape = ImageShape(height: side, width: 50, channels: 3)
        do throws(MVError) {
          let count = try representation.layout(for: shape).count
          #expect(count > 0)
        } catch {
          #expect(error.kind == .usage)
          #expect(subjects.contains { error.subject.hasPrefix($0) }, "\(error)")
        }
      }
    }
  }

  @Test(arguments: names) func settingsSurviveJSONAndText(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    let defaults = Dictionary(uniqueKeysWithValues: entry.settings.map { ($0.name, $0.value) })
    for (key, value) in Self.otherValues(of: entry) {
      let representation = try entry.make(settings: [key: value])
      let settings = representation.settingValues
      var expected = defaults
      expected[key] = value
      #expect(settings == expected)
      let json = try JSONEncoder().encode(settings)
      let decoded = try JSONDecoder().decode([String: SettingValue].self, from: json)
      #expect(try entry.make(settings: decoded).settingValues == settings)
      let specification = RepresentationSpecification(name: name, storedName: "other", settings: settings)
      let read = try RepresentationSpecification(parsing: specification.description)
      #expect(read.storedName == "other")
      #expect(try read.make().settingValues == settings)
    }
  }

  @Test(arguments: names) func sketchesAreOfTheRowAndOfItsSettings(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    let sketch: [String: SettingValue] = ["sketch": .int(24), "sketch_seed": .int(77)]
    let image = Self.batches[1][0]
    for values in [[:]] + Self.otherValues(of: entry).map({ [$0.0: $0.1] }) {
      let sketched = try entry.make(settings: values.merging(sketch) { own, _ in own })
      let settings = sketched.settingValues
      let base = try entry.make(settings: values)
      #expect(settings == base.settingValues.merging(sketch) { own, _ in own })
      let decoded = try JSONDecoder().decode([String: SettingValue].self, from: try JSONEncoder().encode(settings))
      #expect(try entry.make(settings: decoded).settingValues == settings)
      guard let row = try? base.features(of: image), row.layout.count >= 24 else {
        #expect(throws: MVError.self) { try sketched.features(of: image) }
        continue
      }
      var table = [UInt32](repeating: 0, count: row.layout.count)
      mvk_sketch_table(77, table.count, 24, &table)
      var expected = [Float](repeating: 0, count: 24)
      mvk_sketch_add(row.values, table, table.count, &expected)
      #expect(
        try sketched.features(of: image)
          == Features(values: expected, layout: FeatureLayout(shape: [24], axes: ["sketch"])))
    }
    #expect(try entry.make(settings: sketch).picture(of: image) == (try entry.make().picture(of: image)))
  }

  @Test(arguments: names) func settingsOutOfRangeAreRefused(_ name: String) throws {
    let entry = try Catalogue.entry(named: name)
    for setting in entry.settings {
      var wrong: [SettingValue] = []
      let bounds = setting.accepts.split(separator: "...").compactMap { Double($0) }
      switch setting.value {
      case .bool: wrong = [.int(1), .string("perhaps")]
      case .int:
        wrong = bounds.first.map { [.int(Int($0) - 1)] } ?? []
        if bounds.count > 1 { wrong.append(.int(Int(bounds[1]) + 1)) }
        wrong += [.double(bounds[0] + 0.5), .string("many")]
      case .double:
        wrong = [.double(bounds[0] - 1), .double(.nan), .string("much")] + bounds.dropFirst().map { .double($0 + 1) }
      case .string: wrong = setting.accepts.contains("|") ? [.string("no-such-choice"), .string("")] : []
      }
      for value in wrong {
        let error = #expect(throws: MVError.self) { try entry.make(settings: [setting.name: value]) }
        #expect(error?.kind == .usage)
        #expect(error?.subject.contains(setting.name) == true)
        #expect(error?.remedy.contains(setting.accepts) == true)
      }
    }
  }

  @Test(arguments: names) func everySettingIsRead(_ name: String) throws {
    // Some other value of each setting must be possible and change the row, or its shape.
    let entry = try Catalogue.entry(named: name)
    let image = Self.batches[1][0]
    let usual = try entry.make().features(of: image)
    for setting in entry.settings {
      let rows = Self.otherValues(of: entry).filter { $0.0 == setting.name }.compactMap { key, value in
        try? entry.make(settings: [key: value]).features(of: image)
      }
      #expect(rows.contains { $0 != usual }, "\(setting.name) changes nothing")
    }
  }

  @Test(arguments: specifications) func picturesAreWorthLookingAt(_ name: String) throws {
    let representation = try make(name)
    for images in Self.batches(for: representation) {
      let picture = try representation.picture(of: images[0])
      #expect(picture.shape.channels == 3 && min(picture.shape.height, picture.shape.width) >= 256)
      guard case .uint8(let values) = picture.pixels else {
        Issue.record("the picture is not 8-bit")
        continue
      }
      #expect(Set(values).count > 2)
      #expect(try representation.picture(of: images[1]) != picture)
    }
  }

  @Test(arguments: specifications) func instructionSetsAgree(_ name: String) throws {
    let representation = try make(name)
    let images = Self.batches(for: representation)
    let best = try images.map { try rows(of: representation, $0) }
    let targets = mvk_targets()
    defer { mvk_force_targets(0) }
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      for (batch, expected) in zip(images, best) {
        // A column of a sketch is a sum of many values, and so of many roundings.
        let size = representation.settingValues["sketch"] == nil ? 1 : max(1, expected.map(abs).max() ?? 0)
        #expect(largestDifference(try rows(of: representation, batch), expected) <= 1e-6 * size)
      }
    }
  }

  @Test func releasedVotesAreThoseOfEveryInstructionSet() throws {
    // A flipped bin would show at once here: these votes do not fade out towards the next bin.
    let layer = HOGLayer(variant: .released)
    let best = try Self.batches.map { try rows(of: layer, $0) }
    let targets = mvk_targets()
    defer { mvk_force_targets(0) }
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      for (batch, expected) in zip(Self.batches, best) { #expect(try rows(of: layer, batch) == expected) }
    }
  }

  /// For each setting, some values other than its default that it accepts.
  static func otherValues(of entry: Catalogue.Entry) -> [(String, SettingValue)] {
    entry.settings.flatMap { setting -> [(String, SettingValue)] in
      let bounds = setting.accepts.split(separator: "...").compactMap { Double($0) }
      let values: [SettingValue]
      switch setting.value {
      case .bool(let value): values = [.bool(!value)]
      case .int(let value):
        let near = Double(value) < bounds.dropFirst().first ?? .infinity ? value + 1 : value - 1
        let limits = Int(bounds[0])...(bounds.count > 1 ? Int(bounds[1]) : .max)
        let further = [value + 2, value * 2, value / 2, 4].filter { limits.contains($0) && $0 != near }
        values = (Set([limits.lowerBound, near] + further).sorted() + bounds.dropFirst().map { Int($0) }).map {
          .int($0)
        }
      case .double(let value): values = ([bounds[0], value * 1.5] + bounds.dropFirst()).map { .double($0) }
      case .string: values = setting.accepts.split(separator: "|").map { .string(String($0)) }
      }
      return values.filter { $0 != setting.value }.map { (setting.name, $0) }
    }
  }
}
