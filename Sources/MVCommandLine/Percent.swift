internal import Foundation

/// A share as people read it: `50.64 %`.
public struct Percent: CustomStringConvertible, Sendable {
  private let share: Double

  /// Describes a share of 0...1.
  public init(_ share: Double) { self.share = share }

  /// Two decimals.
  public var description: String { String(format: "%.2f %%", share * 100) }
}
