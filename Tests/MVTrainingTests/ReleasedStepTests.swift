import Foundation
import MVCore
import MVFiles
import MVImaging
import MVRepresentations
import MVStore
import TestSupport
import Testing

@testable import MVNetworks
@testable import MVTraining

/// One step of the released code, restated in PyTorch: `Fixtures/Generators/released_step.py`.
struct ReleasedStepTests {
  static func views(_ name: String) throws -> (tensor: Tensor, images: ImageBatch) {
    let array = try Fixture.array("released-step/\(name)")
    let values = try array.values(as: Float.self)
    let (count, height, width) = (array.shape[0], array.shape[2], array.shape[3])
    var interleaved = [Float](repeating: 0, count: values.count)
    for image in 0..<count {
      for channel in 0..<3 {
        for pixel in 0..<height * width {
          interleaved[(image * height * width + pixel) * 3 + channel] =
            values[(image * 3 + channel) * height * width + pixel]
        }
      }
    }
    let shape = ImageShape(height: height, width: width, channels: 3)
    return (
      try Tensor(values, shape: array.shape), ImageBatch(count: count, shape: shape, pixels: .float32(interleaved))
    )
  }

  static func rows(_ representation: some Representation, of images: ImageBatch) throws -> Matrix {
    let columns = try representation.layout(for: images.shape).count
    var values = [Float](repeating: 0, count: images.count * columns)
    var span = values.mutableSpan
    try representation.compute(images, into: &span)
    return Matrix(rows: images.count, columns: columns, values: values)
  }

  /// What is drawn for one batch, by PyTorch's side.
  struct Draw: Decodable {
    let batch: Int
    let crop: [Int]
    let flip: Bool
    let gray: Bool
    let deviation: Double
    let changes: [(name: String, amount: Double)]

    enum CodingKeys: String, CodingKey { case batch, crop, flip, gray, deviation, changes }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: CodingKeys.self)
      batch = try values.decode(Int.self, forKey: .batch)
      crop = try values.decode([Int].self, forKey: .crop)
      flip = try values.decode(Bool.self, forKey: .flip)
      gray = try values.decode(Bool.self, forKey: .gray)
      deviation = try values.decode(Double.self, forKey: .deviation)
      var list = try values.nestedUnkeyedContainer(forKey: .changes)
      var changes: [(name: String, amount: Double)] = []
      while !list.isAtEnd {
        var pair = try list.nestedUnkeyedContainer()
        changes.append((try pair.decode(String.self), try pair.decode(Double.self)))
      }
      self.changes = changes
    }
  }

  static func draws() throws -> [Draw] {
    try JSONDecoder().decode([Draw].self, from: Data(contentsOf: Fixture.url("released-step/draws.json")))
  }

  static let augmentation = ReleasedAugmentation(size: ImageSize(height: 32, width: 32), statistics: .cifar)

  static func drawn(_ batch: Int) -> ReleasedAugmentation.Draw {
    var generator = SeededGenerator(seed: 7136, keys: RandomStream.releasedTarget.rawValue, UInt64(batch))
    return augmentation.draw(using: &generator)
  }

  /// The second view of normalized images, drawn and made as the trainer does.
  static func second(of plain: Tensor, by draw: Draw) throws -> Tensor {
    let values = try plain.values()
    let width = 3 * 32 * 32
    let views = stride(from: 0, to: values.count, by: width).flatMap {
      augmentation.view(of: Array(values[$0..<$0 + width]), by: drawn(draw.batch))
    }
    return try Tensor(views, shape: plain.shape)
  }

  static func encoder() throws -> Encoder {
    let architecture = try #require(ResidualConfiguration.cifarResNet(depth: 8, widths: [8, 12, 16]))
    let encoder = try Encoder(.residual(architecture), projector: [20, 10])
    try fill(encoder.state)
    return encoder
  }

  /// Forward, loss and backward as the trainer does them; the terms, the total and the norm of the gradient.
  func step(
    _ loss: MultiViewLoss, _ plain: Tensor, _ augmented: Tensor, _ targets: [MultiViewLoss.Representation]
  ) throws -> [Double] {
    let encoder = try Self.encoder()
    func embed(_ view: Tensor) throws -> Tensor {
      try encoder.embedding(of: encoder.features(of: view.channelsLast(), .training()), .training())
    }
    let (z, z0) = (try embed(augmented), try embed(plain))
    let (value, terms) = try loss(plain: z0, augmented: z, representations: targets)
    try value.backward()
    return terms.values + [Double(try value.scalar()), try encoder.parameters.map(\.tensor).gradientNorm()]
  }

  func compare(_ own: [Double], _ golden: String) throws {
    let expected = try Fixture.floats("released-step/\(golden)").map(Double.init)
    #expect(own.count == expected.count)
    for (place, pair) in zip(own, expected).enumerated() {
      // Terms and total as they are, the norm of the gradient by its own size.
      let allowed = place == own.count - 1 ? 1e-4 * pair.1 : 1e-4
      #expect(abs(pair.0 - pair.1) < allowed, "value \(place): \(pair.0), released \(pair.1)")
    }
  }

  @Test func everyTermOfTheReleasedStepIsReproduced() throws {
    let (plain, images) = try Self.views("plain")
    let second = try Self.second(of: plain, by: Self.draws()[0])
    var settings = TrainingSettings()
    settings.releasedSign = true
    let features: [(String, Matrix, Double)] = [
      ("scattering", try Self.rows(Scattering(scales: 2, angles: 8), of: images), 1.0 / 32),
      ("hog-layer", try Self.rows(HOGLayer(variant: .released), of: images), 1),
      ("std", try Self.rows(LocalDeviation(), of: images), 1),
    ]
    func distances(_ index: Int) throws -> CenteredDistances {
      try CenteredDistances(of: features[index].1, scale: features[index].2)
    }
    let targets: [(String, CenteredDistances)] = [
      ("pixels", try CenteredDistances(of: plain, scale: TrainingTarget.pixels.scale)),
      ("scattering", try distances(0)),
      ("augment", try CenteredDistances(of: second, scale: TrainingTarget.augmented.scale)),
      ("hog-layer", try distances(1)), ("std", try distances(2)),
    ]
    let own = try step(
      settings.trainingLoss.multiView, plain, Self.views("augmented").tensor,
      targets.map { MultiViewLoss.Representation(name: $0.0, weight: 1, distances: $0.1) })
    try compare(own, "terms")
    #expect(own.count == 10)
  }

  @Test func theSecondViewIsDrawnAndMadeAsReleased() throws {
    let (plain, _) = try Self.views("plain")
    let golden = try Fixture.floats("released-step/second")
    let draws = try Self.draws()
    let width = golden.count / draws.count
    var seen: Set<String> = []
    for (place, draw) in draws.enumerated() {
      let own = Self.drawn(draw.batch)
      #expect([own.crop.top, own.crop.left, own.crop.height, own.crop.width] == draw.crop)
      #expect(own.isFlipped == draw.flip && own.isGray == draw.gray && abs(own.deviation - draw.deviation) < 1e-12)
      let changes = own.changes.map { change -> (name: String, amount: Double) in
        switch change {
        case .brightness(let amount): ("brightness", amount)
        case .contrast(let amount): ("contrast", amount)
        case .saturation(let amount): ("saturation", amount)
        case .hue(let amount): ("hue", amount)
        }
      }
      #expect(changes.map(\.name) == draw.changes.map(\.name))
      for (own, other) in zip(changes, draw.changes) { #expect(abs(own.amount - other.amount) < 1e-12) }
      let view = try Self.second(of: plain.rows(0..<2), by: draw).values()
      let expected = Array(golden[place * width..<(place + 1) * width])
      #expect(largestDifference(view, expected) < 2e-5, "batch \(draw.batch)")
      seen.formUnion(changes.prefix(1).map(\.name) + (draw.flip ? ["flip"] : []) + (draw.gray ? ["gray"] : []))
    }
    #expect(seen.isSuperset(of: ["hue", "saturation", "flip", "gray"]))
  }

  @Test func eightBitImagesAreNormalizedBeforeTheirSecondView() throws {
    var generator = SeededGenerator(seed: 3)
    let pixels = (0..<3 * 32 * 32 * 3).map { _ in UInt8(generator.integer(below: 256)) }
    let draw = Self.drawn(2)
    let rows = Self.augmentation.rows(draw, of: pixels, workers: 2)
    #expect(rows.rows == 3 && rows == Self.augmentation.rows(draw, of: pixels, workers: 1))
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let planes = try Tensor(
      images: pixels, count: 3, shape: shape, mean: ImageStatistics.cifar.mean,
      deviation: ImageStatistics.cifar.deviation, channelsLast: false
    ).values()
    for image in 0..<3 {
      let own = Self.augmentation.view(of: Array(planes[image * 3072..<(image + 1) * 3072]), by: draw)
      #expect(largestDifference(own, Array(rows.values[image * 3072..<(image + 1) * 3072])) < 1e-5)
    }
  }

  @Test func representationsOfNormalisedImagesAreTheReleasedOnes() throws {
    let images = try Self.views("plain").images[0..<2]
    let expected = try Fixture.floats("released-step/features")
    // Two rows of 200 values each of pixels, scattering, second view, HOG layer, deviation.
    for (place, rows) in [
      (1, try Self.rows(Scattering(scales: 2, angles: 8), of: images)),
      (3, try Self.rows(HOGLayer(variant: .released), of: images)), (4, try Self.rows(LocalDeviation(), of: images)),
    ] {
      let scale: Float = place == 1 ? 32 : 1
      let own = (0..<2).flatMap { rows.values[$0 * rows.columns..<$0 * rows.columns + 200] }
      let golden = expected[place * 400..<(place + 1) * 400].map { $0 * scale }
      #expect(largestDifference(own, golden) < 1e-4, "representation \(place)")
    }
  }

  @Test func theReleasedDistillationStepIsReproduced() throws {
    let (plain, _) = try Self.views("plain")
    let array = try Fixture.array("released-step/phi")
    let phi = Matrix(rows: array.shape[0], columns: array.shape[1], values: try array.values(as: Float.self))
    let own = try step(
      TrainingSettings().trainingLoss.multiView, plain, Self.views("augmented").tensor,
      [
        MultiViewLoss.Representation(
          name: "clip", weight: 1, distances: try CenteredDistances(of: phi, scale: 1.0 / 32))
      ])
    try compare(own, "distilled")
  }
}
