internal import CKernels
internal import Synchronization

/// The histogram's bin of each neighborhood.
struct LBPCodeTable: Sendable {
  /// The number of bins.
  let bins: Int
  /// The bin of each of the 2^points neighborhoods; empty beyond 16 points, where the bin is the code.
  let bin: [UInt16]
  /// The code of each bin; nil where it is the bin's index.
  let labels: [String]?

  private init(method: LBP.Method, points: Int) {
    let codes =
      points <= 16 ? (0..<UInt32(1) << points).map { mvk_lbp_code(method.kernelValue, Int32(points), $0) } : []
    switch method {
    case .rotationInvariant:
      let distinct = Set(codes).sorted()
      let rank = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, UInt16($0)) })
      bins = distinct.count
      bin = codes.map { rank[$0] ?? 0 }
      labels = distinct.map { "\($0)" }
      return
    case .default: bins = 1 << points
    case .uniform: bins = points + 2
    case .nonRotationInvariantUniform: bins = points * (points - 1) + 3
    case .variance: bins = 1
    }
    bin = codes.map { UInt16(truncatingIfNeeded: $0) }
    labels = nil
  }

  private struct Key: Hashable {
    let method: LBP.Method
    let points: Int
  }
  private static let known = Mutex<[Key: LBPCodeTable]>([:])

  /// The table of a method, made once and kept; of `default` and `ror` there is one for up to 16 points.
  static func table(method: LBP.Method, points: Int) -> LBPCodeTable {
    let key = Key(method: method, points: points)
    if let table = known.withLock({ $0[key] }) { return table }
    let table = LBPCodeTable(method: method, points: points)
    known.withLock { $0[key] = table }
    return table
  }
}

extension LBP {
  /// The histogram's bin of each neighborhood, for these settings.
  var codeTable: LBPCodeTable { .table(method: method, points: points) }
}
