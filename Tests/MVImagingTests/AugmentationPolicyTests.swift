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

  /// The probabilities and strengths that SimCLR (appendix A, B.9) and VICReg (appendix C, augmentations.py) publish.
  @Test func publishedPoliciesAreAsPublished() throws {
    func steps(_ name: AugmentationPolicy.Name, isSecond: Bool = false, _ side: Int = 224) throws -> [any Augmentation]
    {
      let steps = AugmentationPolicy(name, size: .square(side), isSecond: isSecond).steps
      let crop = try #require(steps[0] as? RandomResizedCrop)
      #expect(crop.filter == .bicubic && crop.scale == 0.08...1 && crop.ratio == 0.75...4.0 / 3)
      #expect((steps[1] as? RandomHorizontalFlip)?.probability == 0.5)
      #expect((steps[2] as? RandomlyApplied)?.probability == 0.8)
      #expect((steps[3] as? RandomGrayscale)?.probability == 0.2)
      return steps
    }
    func jitter(_ steps: [any Augmentation]) -> [Double] {
      guard let jitter = (steps[2] as? RandomlyApplied)?.change as? ColorJitter else { return [] }
      return [jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue]
    }
    func applied<Change: Augmentation>(_ step: any Augmentation, _: Change.Type) -> (Change, Double)? {
      (step as? RandomlyApplied).flatMap { applied in (applied.change as? Change).map { ($0, applied.probability) } }
    }
    let simclr = try steps(.simclr)
    #expect(simclr.count == 5 && jitter(simclr) == [0.8, 0.8, 0.8, 0.2])
    let blur = try #require(applied(simclr[4], GaussianBlur.self))
    #expect(blur.0.kernelSize == 23 && blur.0.deviation == 0.1...2 && blur.1 == 0.5)
    #expect(try #require(applied(steps(.simclr, 32)[4], GaussianBlur.self)).0.kernelSize == 3)
    let small = try steps(.simclrCIFAR, 32)
    #expect(small.count == 4 && jitter(small) == [0.4, 0.4, 0.4, 0.1])
    for (isSecond, blurred, solarized) in [(false, 1.0, 0.0), (true, 0.1, 0.2)] {
      let vicreg = try steps(.vicreg, isSecond: isSecond)
      #expect(vicreg.count == 6 && jitter(vicreg) == [0.4, 0.4, 0.2, 0.1])
      let blur = try #require(applied(vicreg[4], BoxedBlur.self))
      #expect(blur.0.deviation == 0.1...2 && blur.1 == blurred)
      let solarization = try #require(applied(vicreg[5], Solarization.self))
      #expect(solarization.0.threshold == 128 && solarization.1 == solarized)
    }
  }

  @Test func anotherShareOfTheImageChangesTheCropAlone() throws {
    let (own, other) = (
      AugmentationPolicy(.simclr, size: .square(32)), AugmentationPolicy(.simclr, size: .square(32), scale: 0.2...0.5)
    )
    let crop = try #require(other.steps[0] as? RandomResizedCrop)
    #expect(crop.scale == 0.2...0.5 && crop.filter == .bicubic && crop.size == .square(32))
    #expect(other.steps.count == own.steps.count)
    #expect(AugmentationPolicy(.cifar, size: .square(32), scale: 0.2...0.5).steps.count == 2)
  }

  @Test func theReleasedStatisticsAreKnown() {
    #expect(ImageStatistics.cifar.mean == [0.491, 0.482, 0.447])
    #expect(ImageStatistics.imagenet.deviation == [0.229, 0.224, 0.225])
    #expect(ImageStatistics.none.mean == [0, 0, 0] && ImageStatistics.none.deviation == [1, 1, 1])
  }
}
