import CKernels
import MVCore
import MVRepresentationChecks
import MVRepresentations
import TestSupport
import Testing

/// What every entry of the catalogue must do; new entries are tested without a change here.
///
/// Serialized because one check changes the instruction set under all others.
@Suite(.serialized) struct ConformanceTests {
  /// 8-bit RGB of three shapes, gray, and floats.
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

  @Test(arguments: Catalogue.standard.entries.map(\.name), RepresentationChecks.Check.allCases)
  func keepsItsPromise(_ name: String, _ check: RepresentationChecks.Check) throws {
    let checks = try RepresentationChecks(of: name, in: .standard, images: Self.batches)
    for failure in checks.failures(of: check) { Issue.record("\(failure)") }
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
}
