internal import Foundation

extension SeededGenerator {
  /// Draws a normal number of mean 0 and standard deviation 1 (Box and Muller's method; it takes two uniform draws).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
