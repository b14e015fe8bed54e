internal import Foundation
internal import Synchronization

/// The directions that separate the orientation bins, as vectors (x, y) of the upper half plane.
///
/// A gradient g is past an edge e where the cross product e x g is not negative, so no arc tangent is needed. The
/// result must be the bin that scikit-image finds from the rounded angle in degrees, ties at 45, 90 and 135 degrees
/// included.
enum OrientationEdges {
  private struct Key: Hashable {
    let orientations: Int
    let signed: Bool
  }
  private static let known = Mutex<[Key: [Double]]>([:])

  /// The edges for gradients whose components are whole numbers up to 255: exact, in whole numbers up to 510.
  static func whole(orientations: Int, signed: Bool) -> [Double] {
    let key = Key(orientations: orientations, signed: signed)
    if let edges = known.withLock({ $0[key] }) { return edges }
    let edges = angles(orientations, signed).flatMap { angle in
      let edge = separator(angle)
      return [Double(edge.x), Double(edge.y)]
    }
    known.withLock { $0[key] = edges }
    return edges
  }

  /// The edges for gradients of real numbers.
  static func real(orientations: Int, signed: Bool) -> [Double] {
    angles(orientations, signed).flatMap { angle in
      // At 45, 90 and 135 degrees gradients do lie on the edge; they belong to the side where the rounded angle is.
      for (tie, x, y) in [(45.0, 1.0, 1.0), (90, 0, 1), (135, -1, 1)] where abs(angle - tie) < 1e-9 {
        return angle <= tie ? [x, y] : [x - 0x1p-40 * y, y + 0x1p-40 * x]
      }
      return [cos(angle * .pi / 180), sin(angle * .pi / 180)]
    }
  }

  /// The inner edges in degrees, modulo 180, computed as scikit-image does.
  private static func angles(_ orientations: Int, _ signed: Bool) -> [Double] {
    let bin = (signed ? 360.0 : 180.0) / Double(orientations)
    return (1..<max(orientations, 1)).map { k in
      let angle = bin * Double(k)
      return angle >= 180 ? angle - 180 : angle
    }
  }

  /// A direction that separates the vectors with components up to 255 whose angle is at least `angle` from all others.
  ///
  /// Descends the Stern-Brocot tree: between neighbors `low` and `high` no direction has components below their sum.
  private static func separator(_ angle: Double) -> (x: Int, y: Int) {
    func passes(_ x: Int, _ y: Int) -> Bool { atan2(Double(y), Double(x)) * (180 / Double.pi) >= angle }
    guard !passes(1, 0) else { return (1, 0) }
    var (low, high) = passes(0, 1) ? ((x: 1, y: 0), (x: 0, y: 1)) : ((x: 0, y: 1), (x: -1, y: 0))
    while true {
      let middle = (x: low.x + high.x, y: low.y + high.y)
      guard max(abs(middle.x), middle.y) <= 255 else { return middle }
      if passes(middle.x, middle.y) { high = middle } else { low = middle }
    }
  }
}
