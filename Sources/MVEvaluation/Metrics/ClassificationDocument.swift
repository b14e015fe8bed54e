/// The JSON form of a ``ClassificationReport``.
struct ClassificationDocument: Encodable {
  struct ClassRow: Encodable {
    let `class`: String
    let label: Int64
    let rows: Int
    let accuracy: Double?
  }
  struct Pair: Encodable {
    let `class`: String
    let prediction: String
    let rows: Int
  }
  let top1: Double
  let top5: Double?
  let balanced_accuracy: Double
  let interval: [Double]
  let rows: Int
  let per_class: [ClassRow]
  let confusion: [Pair]
}

/// Two JSON objects merged into one.
struct Joined<First: Encodable, Second: Encodable>: Encodable {
  let first: First
  let second: Second

  func encode(to encoder: any Encoder) throws {
    try first.encode(to: encoder)
    try second.encode(to: encoder)
  }
}
