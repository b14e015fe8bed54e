internal import Foundation

/// e to the power of `value`.
func exponential(_ value: Double) -> Double { exp(value) }

/// The natural logarithm of `value`.
func logarithm(_ value: Double) -> Double { log(value) }
