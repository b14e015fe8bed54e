public import MVCore
public import MVWeights

/// A tensor of a network under its canonical name, which is read from its file when its values are asked for.
public struct NetworkWeight: Sendable {
  /// The length of each axis.
  public let shape: [Int]
  /// What the file calls it; several names where it is made of several tensors, as queries, keys and values.
  public let sources: [String]
  /// The tensors that stand one after the other along the first axis.
  private let parts: [WeightTensor]
  /// Whether the two axes of the file's matrix are swapped.
  private let isTransposed: Bool

  /// The tensor `source` of a file, with axes of length one in front up to `rank`.
  init(_ tensor: WeightTensor, source: String, rank: Int = 0) {
    shape = Array(repeating: 1, count: max(0, rank - tensor.shape.count)) + tensor.shape
    sources = [source]
    parts = [tensor]
    isTransposed = false
  }

  /// A matrix of a file with its axes swapped; any other tensor as it is.
  init(transposing tensor: WeightTensor, source: String) {
    isTransposed = tensor.shape.count == 2
    shape = isTransposed ? tensor.shape.reversed() : tensor.shape
    sources = [source]
    parts = [tensor]
  }

  /// Tensors joined along the first axis; nil where their other axes differ.
  init?(joining tensors: [(source: String, tensor: WeightTensor)]) {
    guard let first = tensors.first?.tensor.shape, !first.isEmpty,
      tensors.allSatisfy({ $0.tensor.shape.dropFirst() == first.dropFirst() })
    else { return nil }
    shape = [tensors.reduce(0) { $0 + $1.tensor.shape[0] }] + first.dropFirst()
    sources = tensors.map(\.source)
    parts = tensors.map(\.tensor)
    isTransposed = false
  }

  private init(_ other: NetworkWeight, shape: [Int], isTransposed: Bool) {
    (sources, parts) = (other.sources, other.parts)
    self.shape = shape
    self.isTransposed = isTransposed
  }

  /// The same matrix with its axes swapped once more.
  var transposed: NetworkWeight {
    precondition(shape.count == 2, "a matrix")
    return NetworkWeight(self, shape: shape.reversed(), isTransposed: !isTransposed)
  }

  /// The number of values.
  public var count: Int { shape.reduce(1, *) }

  /// The type of the values in the file.
  public var element: WeightElement { parts[0].element }

  /// The values as float32, last axis fastest; throws where a finite value is beyond float32.
  public func values() throws(MVError) -> [Float] {
    var values = try parts[0].floats()
    for part in parts.dropFirst() { values += try part.floats() }
    guard isTransposed else { return values }
    let (rows, columns) = (shape[0], shape[1])
    return (0..<rows * columns).map { values[$0 % columns * rows + $0 / columns] }
  }
}
