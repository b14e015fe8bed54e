internal import Foundation

extension Float {
  /// The sine of an angle in radians.
  static func sine(_ angle: Float) -> Float { Float(sin(Double(angle))) }
  /// The cosine of an angle in radians.
  static func cosine(_ angle: Float) -> Float { Float(cos(Double(angle))) }
  /// The angle of the vector (x, y) in radians.
  static func arcTangent(_ y: Float, _ x: Float) -> Float { Float(atan2(Double(y), Double(x))) }
}
