internal import Foundation

/// The penalties that a linear probe chooses from.
public struct LambdaGrid: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
  /// The penalties, ascending, each once.
  public let values: [Double]

  /// Creates a grid of the given penalties, sorted and each once.
  public init(_ values: [Double]) { self.values = Set(values).sorted() }

  /// Creates a grid of the given penalties, sorted and each once.
  public init(arrayLiteral elements: Double...) { self.init(elements) }

  /// Creates `count` penalties from one end of `range` to the other, at equal ratios.
  public static func logarithmic(_ range: ClosedRange<Double>, count: Int) -> LambdaGrid {
    guard count > 1 else { return LambdaGrid([range.upperBound]) }
    let low = log10(range.lowerBound)
    let step = (log10(range.upperBound) - low) / Double(count - 1)
    return LambdaGrid((0..<count).map { pow(10, low + step * Double($0)) })
  }
}
