import Foundation
import MVCore
import MVFiles
import TestSupport
import Testing

@testable import MVImaging

@Suite struct AugmentationOperationTests {
  /// What torchvision says of its operations.
  struct Golden: Decodable {
    struct Step: Decodable {
      let operation: AugmentationOperation
      let number: Double
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        operation = try list.decode(AugmentationOperation.self)
        number = try list.decode(Double.self)
      }
    }
    struct PairStep: Decodable {
      let step: AutoAugment.Step
      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        step = AutoAugment.Step(
          operation: try list.decode(AugmentationOperation.self), probability: try list.decode(Double.self),
          bin: try list.decode(Int?.self))
      }
    }
    let size: [Int]
    let steps: [Step]
    let magnitudes: [String: [String: [Double]]]
    let signed: [String]
    let random: [String]
    let pairs: [[PairStep]]
  }

  let golden: Golden

  init() throws {
    golden = try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: Fixture.url("augmentation/operations.json")))
  }

  @Test(arguments: ["square", "tall"]) func bytesAreThoseOfTorchvision(_ name: String) throws {
    let image = try AugmentationKernelTests.image(name)
    let array = try Fixture.array("augmentation/operations_\(name)")
    let expected = try array.values(as: UInt8.self)
    #expect(array.shape == [golden.steps.count, image.height, image.width, 3] && golden.steps.count > 40)
    for (index, step) in golden.steps.enumerated() {
      let made = step.operation.apply(to: image, magnitude: step.number)
      let count = made.pixels.count
      let off = zip(made.pixels, expected[index * count..<(index + 1) * count]).count { $0 != $1 }
      #expect(off == 0, "\(step.operation.rawValue) \(step.number): \(off) values differ")
    }
  }

  @Test func magnitudesAndPairsAreThoseOfTorchvision() {
    let size = ImageSize(height: golden.size[0], width: golden.size[1])
    for (bins, table) in golden.magnitudes {
      let bins = Int(bins) ?? 0
      for (name, values) in table where values.count > 1 {
        let own = AugmentationOperation(rawValue: name).map { operation in
          (0..<bins).map { operation.magnitude(ofBin: $0, among: bins, for: size) }
        }
        #expect(own == values, "\(name)")
      }
    }
    #expect(AugmentationOperation.allCases.filter(\.isSigned).map(\.rawValue).sorted() == golden.signed)
    #expect(RandAugment.operations.map(\.rawValue).sorted() == golden.random)
    #expect(AutoAugment.imageNet == golden.pairs.map { $0.map(\.step) })
  }

  @Test func operationsAreDrawnAsOftenAsAskedFor() throws {
    let image = try AugmentationKernelTests.image("square")
    func share(_ change: some Augmentation, of result: RGBImage) -> Double {
      let same = (0..<1000).count { index in
        var generator = SeededGenerator(seed: 6, keys: UInt64(index))
        return change.apply(to: image, using: &generator) == result
      }
      return Double(same) / 1000
    }
    // One of 14 operations leaves the image alone whatever its strength; at strength 0 the signed ones do too.
    #expect(abs(share(RandAugment(operationCount: 1, magnitude: 9), of: image) - 1.0 / 14) < 0.03)
    #expect(share(RandAugment(operationCount: 0), of: image) == 1)
    let inverted = AugmentationOperation.invert.apply(to: image, magnitude: 0)
    let step = AutoAugment.Step(operation: .invert, probability: 0.3, bin: nil)
    #expect(abs(share(AutoAugment(pairs: [[step]]), of: inverted) - 0.3) < 0.05)
    let turned = AugmentationOperation.rotate.apply(to: image, magnitude: 30)
    let turn = AutoAugment.Step(operation: .rotate, probability: 1, bin: 9)
    #expect(abs(share(AutoAugment(pairs: [[turn]]), of: turned) - 0.5) < 0.05)
  }

  @Test func thinImagesAreTaken() {
    for (height, width) in [(1, 1), (1, 9), (9, 1), (2, 2)] {
      let image = RGBImage(height: height, width: width, pixels: (0..<height * width * 3).map { UInt8($0 * 3) })
      for operation in AugmentationOperation.allCases {
        let strength = operation.magnitude(
          ofBin: 9, among: 10, for: ImageSize(height: height, width: width))
        let made = operation.apply(to: image, magnitude: strength)
        #expect(made.height == height && made.width == width)
      }
    }
  }
}
