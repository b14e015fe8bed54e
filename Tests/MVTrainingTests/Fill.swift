import TestSupport

@testable import MVNetworks

/// Gives a network the values of the formula.
func fill(_ state: [NamedTensor]) throws {
  for (place, item) in state.enumerated() {
    try item.tensor.assign(formulaValues(name: item.name, shape: item.tensor.shape, place: place))
  }
}

/// The one line of the error that `body` throws; empty where it throws none.
func message(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return ""
}
