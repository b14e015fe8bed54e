internal import Foundation

extension SeededGenerator {
  /// Normal with mean 0 and standard deviation 1 (Box and Muller; two draws each).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * Double.pi * uniform())
  }
}
