internal import Foundation
internal import MVCore
internal import MVFiles

/// A NumPy array in a pickle.
struct PickledArray {
  /// The length of each axis; the last varies fastest.
  let shape: [Int]
  /// NumPy's code of the element type, for example `u1`.
  let element: String
  /// The elements as bytes, in C order.
  let bytes: Data

  /// The names that NumPy's arrays are pickled by.
  static let names: Set<String> = [
    "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "numpy.ndarray", "numpy.dtype",
  ]

  /// The array that a value is; nil where it is none in C order and this machine's byte order.
  init?(_ value: PickleValue) {
    guard let instance = value.instance, instance.name.hasSuffix("._reconstruct"),
      case .global("numpy.ndarray") = instance.arguments.first, let state = instance.state?.items, state.count == 5,
      let axes = state[1].items, let type = state[2].instance, type.name == "numpy.dtype",
      let element = type.arguments.first?.string, let order = type.state?.items, order.count >= 2,
      let mark = order[1].string, ["|", "<", "="].contains(mark), case .flag(false) = state[3],
      case .text(let values) = state[4]
    else { return nil }
    let shape = axes.compactMap(\.number)
    guard shape.count == axes.count,
      Checked.product(shape, times: element.last.flatMap { $0.wholeNumberValue } ?? 0) == values.count
    else { return nil }
    self.shape = shape
    self.element = element
    bytes = values
  }
}
