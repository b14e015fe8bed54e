/// The values of the tensor at `place` of a network's state, by the formula of `Fixtures/Generators/encoder.py`.
///
/// Large enough that every layer matters, and the same in Python without a file of weights.
public func formulaValues(name: String, shape: [Int], place: Int) -> [Float] {
  let fanIn = shape.dropFirst().reduce(1, *)
  return (0..<shape.reduce(1, *)).map { index -> Float in
    var mixed = UInt32(truncatingIfNeeded: index &* 2_654_435_761 &+ place &* 40503)
    for _ in 0..<2 { mixed = (mixed ^ mixed >> 16) &* 0x45D9F3B }
    let unit = Double(mixed ^ mixed >> 16) / 4_294_967_296 - 0.5
    guard shape.count == 1 else { return Float(unit * 3 / Double(fanIn).squareRoot()) }
    return Float(unit * 0.2 + (name.hasSuffix("weight") || name.hasSuffix("running_var") ? 1 : 0))
  }
}
