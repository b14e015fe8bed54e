import TestSupport

@testable import MVNetworks

/// Gives a network the values of the formula.
func fill(_ state: [NamedTensor]) throws {
  for (place, item) in state.enumerated() {
    try item.tensor.assign(formulaValues(name: item.name, shape: item.tensor.shape, place: place))
  }
}
