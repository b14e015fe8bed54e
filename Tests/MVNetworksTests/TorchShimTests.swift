import CTorch
import MVCore
import Testing

@testable import MVNetworks

@Suite struct TorchShimTests {
  @Test(arguments: [
    (MVTProvokeTorch, "provoked", MVError.Kind.internalFault),
    (MVTProvokeMemory, "ran out of memory", .outOfMemory),
    (MVTProvokeStandard, "provoked", .internalFault),
    (MVTProvokeUnknown, "an exception of unknown type", .internalFault),
  ])
  func everyKindOfExceptionBecomesAnErrorOfOneLine(
    _ provocation: MVTProvocation, _ problem: String, _ kind: MVError.Kind
  ) {
    let error = #expect(throws: MVError.self) { try check(mvt_provoke(provocation), during: "test") }
    #expect(error?.problem == problem)
    #expect(error?.kind == kind)
  }

  @Test func errorsOfLibtorchKeepItsMessageWithoutItsBacktrace() throws {
    let left = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
    let error = #expect(throws: MVError.self) { _ = try left.matrixProduct(left) }
    #expect(error?.problem.contains("mat1 and mat2 shapes cannot be multiplied") == true)
    #expect(error?.problem.contains("frame #") == false)
    #expect(throws: MVError.self) { _ = try left.adding(Tensor([1, 2], shape: [2])) }
    #expect(throws: MVError.self) { try left.assign([1]) }
    #expect(throws: MVError.self) { _ = try left.scalar() }
    #expect(throws: MVError.self) { try left.backward() }
  }

  @Test func arithmeticAndItsGradients() throws {
    let x = try Tensor([1, 2, 3, 4], shape: [2, 2])
    try x.setRequiresGradient(true)
    let y = try Tensor([2, 0, 1, 3], shape: [2, 2])
    #expect(try x.adding(y).values() == [3, 2, 4, 7])
    #expect(try x.subtracting(y).values() == [-1, 2, 2, 1])
    #expect(try x.divided(by: x).values() == [1, 1, 1, 1])
    #expect(try x.matrixProduct(y).values() == [4, 6, 10, 12])
    #expect(try x.transposed().values() == [1, 3, 2, 4])
    #expect(try x.scaled(by: 2, plus: 1).values() == [3, 5, 7, 9])
    try x.multiplied(by: x).multiplied(by: y).sum().backward()
    #expect(try x.gradient()?.values() == [4, 0, 6, 24])
    try [x].clearGradients()
    #expect(try x.gradient() == nil)
    let silent = try Torch.withoutGradients { () throws(MVError) in try x.multiplied(by: x).mean() }
    #expect(try silent.scalar() == 7.5)
    #expect(throws: MVError.self) { try silent.backward() }
  }

  @Test func imagesAreNormalisedWhateverTheMemoryLayout() throws {
    let pixels: [UInt8] = (0..<2 * 3 * 2 * 3).map { UInt8($0 * 7) }
    let shape = ImageShape(height: 3, width: 2, channels: 3)
    var expected: [Float] = []
    let (mean, deviation): ([Float], [Float]) = ([0.1, 0.2, 0.3], [0.5, 0.25, 2])
    for image in 0..<2 {
      for channel in 0..<3 {
        for pixel in 0..<6 {
          expected.append((Float(pixels[image * 18 + pixel * 3 + channel]) / 255 - mean[channel]) / deviation[channel])
        }
      }
    }
    for channelsLast in [false, true] {
      let batch = try Tensor(
        images: pixels, count: 2, shape: shape, mean: mean, deviation: deviation, channelsLast: channelsLast)
      #expect(batch.shape == [2, 3, 3, 2])
      #expect(try batch.values() == expected)
    }
  }

  @Test func mixedPrecisionIsBFloat16InsideOnly() throws {
    let x = try Tensor([1, 2, 3, 4], shape: [2, 2])
    let inside = try Torch.withProducts(of: .bfloat16) { () throws(MVError) in try x.linear(weight: x) }
    #expect(inside.isBFloat16)
    #expect(try inside.values() == [5, 11, 11, 25])
    let outside = try x.linear(weight: x)
    #expect(!outside.isBFloat16)
    #expect(try !inside.float32().isBFloat16)
  }

  @Test func notFiniteValuesAreFound() throws {
    #expect(try Tensor([1, 2], shape: [2]).isFinite())
    #expect(try !Tensor([1, .nan], shape: [2]).isFinite())
    #expect(try !Tensor([.infinity, 2], shape: [2]).isFinite())
  }
}
