import CKernels
import Testing

/// Half precision is the same bits by every instruction set, infinities and NaN included: NaN marks rows left out.
@Suite(.serialized) struct InstructionSetConversionTests {
  @Test func halvesAreTheSameByEveryInstructionSet() {
    let values: [Float] = [
      .nan, -.nan, .infinity, -.infinity, 0, -0.0, 1, -1, 65504, 65519, 65520, -65519, 1e9, 6e-8, -6.2e-5, 0.333,
      1024.5,
    ]
    let floats = (0..<40).flatMap { shift in values.indices.map { values[($0 + shift) % values.count] } }
    let expected = floats.map { $0.isNaN ? 0x7E00 | ($0.sign == .minus ? 0x8000 : 0) : Float16($0).bitPattern }
    let targets = mvk_targets()
    defer { mvk_force_targets(0) }
    var tried = 0
    for bit in 0..<63 where targets >> bit & 1 == 1 {
      mvk_force_targets(1 << bit)
      tried += 1
      var halves = [UInt16](repeating: 0, count: floats.count)
      mvk_float32_to_float16(floats, &halves, floats.count)
      #expect(halves == expected, "instruction set \(bit)")
      var widened = [Float](repeating: 0, count: floats.count)
      mvk_float16_to_float32(halves, &widened, halves.count)
      #expect(
        zip(widened, expected).allSatisfy { $0.isNaN ? $1 & 0x7FFF > 0x7C00 : $0 == Float(Float16(bitPattern: $1)) },
        "instruction set \(bit)")
    }
    #expect(tried > 0)
  }
}
