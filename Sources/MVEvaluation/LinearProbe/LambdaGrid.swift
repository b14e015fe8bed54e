internal import Foundation

/// The penalties that a linear probe chooses from.
public struct LambdaGrid: Hashable, Sendable, Codable, ExpressibleByArrayLiteral {
  /// The penalties, ascending, each once.
  public let values: [Double]

  /// These penalties.
  public init(_ values: [Double]) { self.values = Set(values).sorted() }

  /// These penalties.
  public init(arrayLiteral elements: Double...) { self.init(elements) }

  /// `count` penalties from one end of `range` to the other, each the same multiple of the last.
  public static func logarithmic(_ range: ClosedRange<Double>, count: Int) -> LambdaGrid {
    guard count > 1 else { return LambdaGrid([range.upperBound]) }
    let low = log10(range.lowerBound)
    let step = (log10(range.upperBound) - low) / Double(count - 1)
    return LambdaGrid((0..<count).map { pow(10, low + step * Double($0)) })
  }
}
