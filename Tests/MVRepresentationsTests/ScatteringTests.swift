import CKernels
import Foundation
import MVCore
import TestSupport
import Testing

@testable import MVRepresentations

/// What must hold of any scattering, whatever the peer says.
@Suite struct ScatteringTests {
  static func rows(_ scattering: Scattering, _ images: ImageBatch) throws -> [Float] {
    var rows = [Float](repeating: .nan, count: images.count * (try scattering.layout(for: images.shape).count))
    var span = rows.mutableSpan
    try scattering.compute(images, into: &span)
    return rows
  }

  static func noise(_ count: Int, _ height: Int, _ width: Int, _ channels: Int, seed: UInt64 = 1) -> ImageBatch {
    var generator = SeededGenerator(seed: seed)
    let shape = ImageShape(height: height, width: width, channels: channels)
    let values = (0..<count * shape.count).map { _ in Float.random(in: 0...1, using: &generator) }
    return ImageBatch(count: count, shape: shape, pixels: .float32(values))
  }

  static func constant(_ value: Float, _ height: Int, _ width: Int) -> ImageBatch {
    let shape = ImageShape(height: height, width: width, channels: 1)
    return ImageBatch(count: 1, shape: shape, pixels: .float32([Float](repeating: value, count: shape.count)))
  }

  @Test func layoutNamesEveryPath() throws {
    let layout = try Scattering(scales: 3, angles: 4).layout(for: ImageShape(height: 45, width: 37, channels: 3))
    #expect(layout.shape == [3, 1 + 12 + 48, 5, 4])
    #expect(layout.axes == ["channel", "coefficient", "y", "x"])
    let labels = try #require(layout.labels["coefficient"])
    #expect(labels.count == 61)
    #expect(Set(labels).count == 61)
    #expect(labels[0] == "" && labels[1] == "j0 t0" && labels[12] == "j2 t3" && labels[13] == "j0 t0 j1 t0")
    #expect(labels[17] == "j0 t0 j2 t0" && labels[60] == "j1 t3 j2 t3")
    let first = try Scattering(scales: 3, angles: 4, order: 1).layout(for: ImageShape(height: 8, width: 9, channels: 1))
    #expect(first.shape == [1, 13, 1, 1] && first.labels["coefficient"] == Array(labels[..<13]))
  }

  @Test(arguments: [1, 2, 4])
  func constantImageHasNothingButItsMean(scales: Int) throws {
    let scattering = Scattering(scales: scales)
    let images = Self.constant(0.7, 40, 56)
    let layout = try scattering.layout(for: images.shape)
    let rows = try Self.rows(scattering, images)
    let area = layout.shape[2] * layout.shape[3]
    // phi's taps sum to pi / 3.1415, kymatio's rounding of the norm, and then to one but for what the band cuts off.
    #expect(rows[..<area].allSatisfy { abs($0 / 0.7 - Float(Double.pi / 3.1415)) < 1e-4 })
    #expect(rows[area...].allSatisfy { abs($0) < 1e-6 })
  }

  @Test func scalesWithTheImage() throws {
    let images = Self.noise(2, 32, 40, 3)
    guard case .float32(let values) = images.pixels else { return }
    let larger = ImageBatch(count: 2, shape: images.shape, pixels: .float32(values.map { $0 * 4 }))
    // A power of two commutes with every rounding.
    #expect(try Self.rows(Scattering(), larger) == Self.rows(Scattering(), images).map { $0 * 4 })
    let third = ImageBatch(count: 2, shape: images.shape, pixels: .float32(values.map { $0 / 3 }))
    let expected = try Self.rows(Scattering(), images).map { $0 / 3 }
    #expect(largestDifference(try Self.rows(Scattering(), third), expected) < 1e-6)
  }

  @Test func bytesAreTakenOver255() throws {
    let images = try Fixture.images("images/rgb45x37")
    guard case .uint8(let bytes) = images.pixels else { return }
    let floats = ImageBatch(count: images.count, shape: images.shape, pixels: .float32(bytes.map { Float($0) / 255 }))
    #expect(try Self.rows(Scattering(scales: 3), images) == Self.rows(Scattering(scales: 3), floats))
  }

  @Test(arguments: [(2, 8), (3, 4)])
  func shiftByTheStepShiftsTheCoefficients(scales: Int, angles: Int) throws {
    let scattering = Scattering(scales: scales, angles: angles, prePad: true)
    let (height, width, step) = (48, 64, 1 << scales)
    let image = Self.noise(1, height, width, 1)
    guard case .float32(let values) = image.pixels else { return }
    let shifted = (0..<height * width).map { index in
      values[(index / width + step) % height * width + (index % width + 2 * step) % width]
    }
    let other = ImageBatch(count: 1, shape: image.shape, pixels: .float32(shifted))
    let (here, there) = (try Self.rows(scattering, image), try Self.rows(scattering, other))
    let layout = try scattering.layout(for: image.shape)
    let (rows, columns) = (layout.shape[2], layout.shape[3])
    var worst: Float = 0
    for coefficient in 0..<layout.shape[1] {
      for y in 0..<rows - 1 {
        for x in 0..<columns - 2 {
          let a = there[(coefficient * rows + y) * columns + x]
          worst = max(worst, abs(a - here[(coefficient * rows + y + 1) * columns + x + 2]))
        }
      }
    }
    #expect(worst < 1e-6)
    #expect(largestDifference(here, there) > 1e-3, "the shift must show somewhere")
  }

  @Test(arguments: [(32, 32), (45, 37), (96, 64)])
  func batchEqualsSingleBitForBit(height: Int, width: Int) throws {
    for scattering in [Scattering(), Scattering(scales: 3, angles: 5)] {
      let images = Self.noise(5, height, width, 3, seed: 9)
      let together = try Self.rows(scattering, images)
      let count = together.count / images.count
      for row in [0, 3, 4] {
        #expect(try scattering.features(of: images[row]).values == Array(together[row * count..<(row + 1) * count]))
      }
      // A channel does not see the others either.
      guard case .float32(let values) = images[2].pixels else { return }
      let green = stride(from: 1, to: values.count, by: 3).map { values[$0] }
      let alone = Image(shape: ImageShape(height: height, width: width, channels: 1), pixels: .float32(green))
      let channel = count / 3
      #expect(
        try scattering.features(of: alone).values
          == Array(together[2 * count + channel..<2 * count + 2 * channel]))
    }
  }

  @Test func threadsShareOnePlan() throws {
    let images = Self.noise(8, 33, 35, 3, seed: 4)
    let scattering = Scattering(scales: 3, angles: 3)
    let together = try Self.rows(scattering, images)
    let count = together.count / images.count
    try Parallel.forEach(24, threads: 4) { index throws(MVError) in
      let row = index % images.count
      let alone = try scattering.features(of: images[row]).values
      guard alone == Array(together[row * count..<(row + 1) * count]) else {
        throw .internalFault("row \(row)", "differs")
      }
    }
  }

  @Test(arguments: ScatteringFourierTests.targets)
  func targetsAgree(target: Int64) throws {
    for (scattering, size) in [(Scattering(), (45, 37)), (Scattering(scales: 4, angles: 3), (50, 64))] {
      let images = Self.noise(1, size.0, size.1, 3, seed: 2)
      let expected = try Self.rows(scattering, images)
      let geometry = try ScatteringGeometry(shape: images.shape, scales: scattering.scales, prePadded: false)
      var rows = [Float](repeating: .nan, count: expected.count)
      var span = rows.mutableSpan
      try ScatteringPlan.shared(for: scattering, geometry: geometry).run(images, into: &span, targets: target)
      #expect(largestDifference(rows, expected) < 1e-6 * (expected.max() ?? 0))
    }
  }

  @Test func sideOfTheScaleAndJustBelow() throws {
    #expect(
      try Scattering(scales: 4).layout(for: ImageShape(height: 16, width: 16, channels: 1)).shape[2...] == [1, 1])
    let error = #expect(throws: MVError.self) {
      try Scattering(scales: 4).layout(for: ImageShape(height: 16, width: 15, channels: 1))
    }
    #expect(error?.kind == .usage && error?.subject == "setting J=4")
    let padded = #expect(throws: MVError.self) {
      try Scattering(prePad: true).layout(for: ImageShape(height: 40, width: 38, channels: 1))
    }
    #expect(padded?.subject == "setting pre_pad=true")
    #expect(throws: MVError.self) {
      try Scattering(prePad: true).layout(for: ImageShape(height: 8, width: 40, channels: 1))
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func pixelsThatAreNotFiniteAreRefused(value: Float) {
    let shape = ImageShape(height: 16, width: 16, channels: 1)
    var values = [Float](repeating: 0.5, count: 3 * shape.count)
    values[shape.count + 77] = value
    let images = ImageBatch(count: 3, shape: shape, pixels: .float32(values))
    let error = #expect(throws: MVError.self) { try Self.rows(Scattering(), images) }
    #expect(error?.kind == .badData && error?.row == 1 && error?.place == "image 1")
  }

  @Test func rowsOfTheWrongSizeAreRefused() throws {
    var rows = [Float](repeating: 0, count: 10)
    #expect(throws: MVError.self) {
      var span = rows.mutableSpan
      try Scattering().compute(Self.constant(1, 16, 16), into: &span)
    }
  }

  @Test func settingsHaveTheirRangesAndNames() throws {
    let given = try Scattering(settingValues: ["J": .int(3), "L": .int(6), "order": .int(1), "pre_pad": .bool(true)])
    #expect(given.scales == 3 && given.angles == 6 && given.order == 1 && given.prePad)
    #expect(try Scattering(settingValues: given.settingValues).settingValues == given.settingValues)
    for (key, value) in [("J", 0), ("J", 11), ("L", 0), ("order", 0), ("order", 3), ("K", 1)] {
      #expect(throws: MVError.self) { try Scattering(settingValues: [key: .int(value)]) }
    }
    // Settings given in code meet their ranges at the first use.
    for wrong in [Scattering(scales: 0), Scattering(scales: 2, angles: 0), Scattering(scales: 2, order: 3)] {
      #expect(throws: MVError.self) { try wrong.layout(for: ImageShape(height: 32, width: 32, channels: 1)) }
    }
  }

  @Test func picturesShowTheDirectionOfStripes() throws {
    // Stripes along x, that is, a wave in y of the finest wavelet's frequency, 3/8 of a period a pixel.
    let shape = ImageShape(height: 64, width: 64, channels: 1)
    let values = (0..<64 * 64).map { index in
      let phase = 0.75 * Double.pi * Double(index / 64)
      return Float(0.5 + 0.5 * cos(phase))
    }
    let picture = try Scattering().picture(of: Image(shape: shape, pixels: .float32(values)))
    #expect(picture.shape == ImageShape(height: 320, width: 640, channels: 3))
    guard case .uint8(let bytes) = picture.pixels else { return }
    func brightness(y: Int, x: Int) -> Int {
      let first = (y * 640 + x) * 3
      return bytes[first..<first + 3].reduce(0) { $0 + Int($1) }
    }
    let outer = 130
    let (vertical, horizontal) = (brightness(y: 160 - outer, x: 160), brightness(y: 160, x: 160 - outer))
    #expect(vertical > 600 && horizontal < 200, "the outer ring is bright in y and dark in x")
    #expect(brightness(y: 160 + outer, x: 160) == vertical, "opposite sectors are the same wavelet")
    let first = try Scattering(scales: 2, order: 1).picture(of: Image(shape: shape, pixels: .float32(values)))
    #expect(first.shape.width == 320)
  }
}
