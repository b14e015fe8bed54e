import MVCore
import TestSupport
import Testing

@testable import MVImaging

@Suite struct AugmentationPolicyTests {
  @Test(arguments: AugmentationPolicy.Name.allCases) func viewsFollowTheKeysAlone(
    _ name: AugmentationPolicy.Name
  ) throws {
    let image = try AugmentationKernelTests.image("square")
    let policy = AugmentationPolicy(name, size: ImageSize(height: 32, width: 32))
    func view(_ epoch: UInt64, _ index: UInt64) -> RGBImage {
      var generator = SeededGenerator(seed: 3, keys: epoch, index)
      return policy.apply(to: image, using: &generator)
    }
    let views = (0..<20).map { view(1, $0) }
    #expect(views == (0..<20).map { view(1, $0) })
    #expect(views.allSatisfy { $0.height == 32 && $0.width == 32 })
    #expect(name == .none ? views.allSatisfy { $0 == image } : Set(views).count > 15)
    #expect(name == .none || views != (0..<20).map { view(2, $0) })
  }

  @Test func cropsHaveTheAreasAndRatiosAskedFor() {
    let crop = RandomResizedCrop(size: ImageSize(height: 8, width: 8), scale: 0.2...0.6)
    var generator = SeededGenerator(seed: 9)
    var (areas, tops): ([Double], Set<Int>) = ([], [])
    for _ in 0..<500 {
      let box = crop.crop(height: 100, width: 120, using: &generator)
      #expect(box.top >= 0 && box.left >= 0 && box.top + box.height <= 100 && box.left + box.width <= 120)
      let ratio = Double(box.width) / Double(box.height)
      #expect(ratio > 0.73 && ratio < 1.37)
      areas.append(Double(box.height * box.width) / 12000)
      tops.insert(box.top)
    }
    #expect((areas.min() ?? 0) > 0.19 && (areas.max() ?? 1) < 0.61)
    #expect(abs(areas.reduce(0, +) / 500 - 0.4) < 0.03)
    #expect(tops.count > 30)
  }

  @Test func impossibleCropsFallBackToTheMiddle() {
    let crop = RandomResizedCrop(size: ImageSize(height: 8, width: 8), scale: 1...1)
    var generator = SeededGenerator(seed: 9)
    let wide = crop.crop(height: 10, width: 100, using: &generator)
    #expect(wide.top == 0 && wide.height == 10 && wide.width == 13 && wide.left == 43)
    let tall = crop.crop(height: 100, width: 10, using: &generator)
    #expect(tall.left == 0 && tall.width == 10 && tall.height == 13 && tall.top == 43)
  }

  @Test func changesHappenAsOftenAsAskedFor() throws {
    let image = try AugmentationKernelTests.image("square")
    func share(_ change: some Augmentation) -> Double {
      let changed = (0..<400).count { index in
        var generator = SeededGenerator(seed: 4, keys: UInt64(index))
        return change.apply(to: image, using: &generator) != image
      }
      return Double(changed) / 400
    }
    #expect(abs(share(RandomHorizontalFlip()) - 0.5) < 0.08)
    #expect(abs(share(RandomGrayscale(probability: 0.2)) - 0.2) < 0.06)
    #expect(abs(share(RandomlyApplied(RandomGrayscale(probability: 1), probability: 0.8)) - 0.8) < 0.06)
    #expect(share(ColorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0)) == 0)
  }

  @Test func theReleasedStatisticsAreKnown() {
    #expect(ImageStatistics.cifar.mean == [0.491, 0.482, 0.447])
    #expect(ImageStatistics.imagenet.deviation == [0.229, 0.224, 0.225])
    #expect(ImageStatistics.none.mean == [0, 0, 0] && ImageStatistics.none.deviation == [1, 1, 1])
  }
}
