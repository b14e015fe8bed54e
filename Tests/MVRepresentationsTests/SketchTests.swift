import CKernels
import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVRepresentations

@Suite struct SketchTests {
  static let cases = [(40, 40, 0), (40, 1, 3), (1000, 64, 0), (1000, 64, 1), (1000, 999, Int.max)]

  @Test(arguments: cases) func followsItsDefinition(_ values: Int, _ columns: Int, _ seed: Int) throws {
    let rows = try Fixture.floats("sketch/\(values)-rows")
    let table = SketchTable.shared(for: Sketch(columns: columns, seed: seed), count: values)
    var sketches = [Float](repeating: .nan, count: 2 * columns)
    rows.withUnsafeBufferPointer { rows in
      sketches.withUnsafeMutableBufferPointer { sketches in
        for row in 0..<2 {
          table.sketch(
            UnsafeBufferPointer(rebasing: rows[row * values..<(row + 1) * values]),
            into: UnsafeMutableBufferPointer(rebasing: sketches[row * columns..<(row + 1) * columns]))
        }
      }
    }
    // Additions of the same numbers in the same order: equal to the bit.
    #expect(sketches == (try Fixture.floats("sketch/\(values)-\(columns)-\(seed)")))
  }

  @Test func largeRowsFollowItToo() throws {
    var table = [UInt32](repeating: 0, count: 762_048)
    mvk_sketch_table(7, table.count, 1024, &table)
    #expect(table.suffix(1000).map { Float($0 & 0x7fff_ffff) } == (try Fixture.floats("sketch/large-columns")))
    #expect(table.suffix(1000).map { $0 >> 31 == 1 ? -1 : 1 } == (try Fixture.floats("sketch/large-signs")))
    var counts = [Int](repeating: 0, count: 1024)
    for entry in table { counts[Int(entry & 0x7fff_ffff)] += 1 }
    // Poisson of mean 744: six deviations.
    #expect((counts.min() ?? 0) > 744 - 164 && (counts.max() ?? 0) < 744 + 164)
    #expect(abs(table.reduce(0) { $0 + Int($1 >> 31) } - 381_024) < 6 * 437)
  }

  @Test func sketchIsLinearAndTheSumOfSignedValues() throws {
    // One column holds the signed sum of all values; |y|^2 of a single non-zero value is kept exactly.
    let images = try Fixture.images("images/rgb32")
    let base = HOG()
    let full = try rows(of: base, images)
    let sketched = try rows(of: base.sketched(columns: 100, seed: 5), images)
    let count = full.count / images.count
    var table = [UInt32](repeating: 0, count: count)
    mvk_sketch_table(5, count, 100, &table)
    for image in 0..<images.count {
      var expected = [Float](repeating: 0, count: 100)
      for (index, entry) in table.enumerated() {
        expected[Int(entry & 0x7fff_ffff)] += (entry >> 31 == 1 ? -1 : 1) * full[image * count + index]
      }
      #expect(Array(sketched[image * 100..<(image + 1) * 100]) == expected)
    }
  }

  @Test func squaredDistancesAreKeptOnAverageWithTheStatedVariance() throws {
    let rows = try Fixture.floats("sketch/1000-rows")
    let exact = zip(rows[..<1000], rows[1000...]).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    let difference = zip(rows[..<1000], rows[1000...]).map { $0 - $1 }
    let ratios = (0..<2000).map { seed in
      var table = [UInt32](repeating: 0, count: 1000)
      mvk_sketch_table(UInt64(seed), 1000, 64, &table)
      var sketch = [Float](repeating: 0, count: 64)
      mvk_sketch_add(difference, table, 1000, &sketch)
      return sketch.reduce(0.0) { $0 + Double($1) * Double($1) } / exact
    }
    let mean = ratios.reduce(0, +) / 2000
    let variance = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    // Four deviations of the mean and of the variance of 2,000 draws of chi-squared-like ratios.
    #expect(abs(mean - 1) < 4 * (2.0 / 64 / 2000).squareRoot())
    #expect(abs(variance / (2.0 / 64) - 1) < 0.2)
  }

  /// Noise of three spectra, so that images differ by amounts that matter.
  static func drawn(_ count: Int) -> ImageBatch {
    var generator = SeededGenerator(seed: 3)
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    var values: [Float] = []
    for image in 0..<count {
      let step = 1 << (image % 4)
      let (contrast, mean) = (Float(generator.uniform(in: 0.1...0.5)), Float(generator.uniform(in: 0.3...0.6)))
      let coarse = (0..<1024 * 3).map { _ in Float(generator.normal()) }
      for y in 0..<32 {
        for x in 0..<32 {
          for channel in 0..<3 { values.append(mean + contrast * coarse[((y / step) * 32 + x / step) * 3 + channel]) }
        }
      }
    }
    return ImageBatch(count: count, shape: shape, pixels: .float32(values))
  }

  @Test func drawnImagesKeepTheirDistances() throws {
    let images = Self.drawn(48)
    let hog = PairwiseDistances(try rows(of: HOG(), images), count: 48)
    let full = PairwiseDistances(try rows(of: Scattering(), images), count: 48)
    let sketch = PairwiseDistances(try rows(of: Scattering().sketched(columns: 1024), images), count: 48)
    let errors = full.relativeErrors(of: sketch)
    #expect(errors[errors.count / 2] < 0.02)
    #expect((errors.last ?? 1) < 0.15)
    #expect(abs(full.correlation(with: hog) - sketch.correlation(with: hog)) < 0.01)
    #expect(errors[errors.count / 2] > 1e-4, "a sketch is not the row itself")
  }

  @Test(.enabled(if: RealData.url("cifar10-bin/data_batch_1.bin") != nil, "needs CIFAR-10 in shared/data"))
  func photographsKeepTheirDistances() throws {
    let url = try #require(RealData.url("cifar10-bin/data_batch_1.bin"))
    let bytes = [UInt8](try Data(contentsOf: url, options: .alwaysMapped).prefix(256 * 3073))
    var pixels: [UInt8] = []
    for image in 0..<256 {
      // A label, then three planes of 32 x 32.
      let first = image * 3073 + 1
      for place in first..<first + 1024 { pixels += [bytes[place], bytes[place + 1024], bytes[place + 2048]] }
    }
    let images = ImageBatch(
      count: 256, shape: ImageShape(height: 32, width: 32, channels: 3), pixels: .uint8(pixels))
    var generator = SeededGenerator(seed: 1)
    let embedding = (0..<256 * 64).map { _ in Float(generator.normal()) }
    let others = [try rows(of: HOG(), images), try rows(of: ColorHistogram(), images), embedding].map {
      PairwiseDistances($0, count: 256)
    }
    let full = PairwiseDistances(try rows(of: Scattering(), images), count: 256)
    for seed in 0..<2 {
      let sketch = PairwiseDistances(try rows(of: Scattering().sketched(columns: 1024, seed: seed), images), count: 256)
      let errors = full.relativeErrors(of: sketch)
      #expect(errors[errors.count / 2] < 0.018)
      #expect((errors.last ?? 1) < 0.15)
      for other in others {
        #expect(abs(full.correlation(with: other) - sketch.correlation(with: other)) < 0.01)
      }
    }
  }

  @Test func largeBatchesAreTheirImages() throws {
    // Rows of 241,920 values: four images are computed at a time, then three.
    let images = try Fixture.images("images/rgb96")
    let many = try ImageBatch((0..<7).map { images[$0 % images.count] })
    let sketched = Scattering(scales: 1, angles: 34).sketched(columns: 50)
    #expect(try sketched.base.layout(for: many.shape).count > 1 << 17)
    let together = try rows(of: sketched, many)
    for image in 0..<7 {
      #expect(
        try sketched.features(of: many[image]).values.elementsEqual(together[image * 50..<(image + 1) * 50]))
    }
  }

  @Test func isMadeByNameAndSurvivesJSON() throws {
    let specification = try RepresentationSpecification(parsing: "scattering:J=3,sketch=96,sketch_seed=9")
    let sketched = try #require(try specification.make() as? Sketched<Scattering>)
    #expect(sketched.base.scales == 3 && sketched.sketch == Sketch(columns: 96, seed: 9))
    #expect(
      sketched.settingValues == [
        "J": .int(3), "L": .int(8), "order": .int(2), "pre_pad": .bool(false), "sketch": .int(96),
        "sketch_seed": .int(9),
      ])
    #expect(type(of: sketched).name == "scattering")
    let text = RepresentationSpecification(of: sketched).description
    #expect(text == "scattering:J=3,L=8,order=2,pre_pad=false,sketch=96,sketch_seed=9")
    #expect(try RepresentationSpecification(parsing: text).make().settingValues == sketched.settingValues)
    #expect(sketched.sketched(columns: 7).sketch == Sketch(columns: 7))
    let layout = try sketched.layout(for: ImageShape(height: 32, width: 32, channels: 3))
    #expect(layout.shape == [96] && layout.axes == ["sketch"])
    #expect(try Catalogue.standard.make(name: "hog", settings: ["sketch": .int(0)]) is HOG)
  }

  static let impossible: [(String, String)] = [
    ("hog:sketch=-1", "setting sketch=-1"), ("hog:sketch=1.5", "setting sketch=1.5"),
    ("hog:sketch=many", "setting sketch=many"), ("hog:sketch=10,sketch_seed=-1", "setting sketch_seed=-1"),
    ("hog:sketch_seed=3", "setting sketch_seed=3"), ("hog:sketch=0,sketch_seed=3", "setting sketch_seed=3"),
    ("hog:sketches=4", "setting sketches"),
  ]

  @Test(arguments: impossible) func refusesWhatNoSketchCanBe(_ text: String, _ subject: String) {
    let error = #expect(throws: MVError.self) { try RepresentationSpecification(parsing: text) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == subject)
  }

  @Test func refusesMoreColumnsThanValues() throws {
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    #expect(try HOG().sketched(columns: 324).layout(for: shape).count == 324)
    let error = #expect(throws: MVError.self) { try HOG().sketched(columns: 325).layout(for: shape) }
    #expect(error?.kind == .usage)
    #expect(error?.subject == "setting sketch=325")
    #expect(error?.problem.contains("hog") == true && error?.problem.contains("324") == true)
    let none = #expect(throws: MVError.self) { try HOG().sketched(columns: 0).layout(for: shape) }
    #expect(none?.subject == "setting sketch=0")
    // What the representation itself refuses comes first.
    let cells = #expect(throws: MVError.self) { try HOG(cellSize: 40).sketched(columns: 4).layout(for: shape) }
    #expect(cells?.subject == "setting cell_size=40")
  }

  @Test func errorsNameTheImageOfTheWholeBatch() throws {
    let shape = ImageShape(height: 224, width: 224, channels: 3)
    var values = [Float](repeating: 0.5, count: 12 * shape.count)
    values[9 * shape.count + 3 * 224 + 4] = 1.5
    let images = ImageBatch(count: 12, shape: shape, pixels: .float32(values))
    let full = #expect(throws: MVError.self) { try rows(of: ColorHistogram(bins: 32), images) }
    let sketched = #expect(throws: MVError.self) {
      try rows(of: ColorHistogram(bins: 32).sketched(columns: 8), images)
    }
    #expect(sketched == full && full?.row == 9)
    #expect(full?.description.hasPrefix("image 9: holds 1.5 in row 1, column 1, channel 1, ") == true, "\(full!)")
  }
}
