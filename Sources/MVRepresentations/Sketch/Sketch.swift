public import MVCore

/// A seeded random projection of a row to few columns that keeps Euclidean distances: a count sketch.
///
/// Coordinate i of a row x of n values is added, with a sign, to one column:
///
///     y[column(i)] += sign(i) x[i],   i = 0, 1, ..., n - 1, in single precision and in this order
///     h = mix(mix(seed) xor i),   column(i) = ((h >> 32) columns) >> 32,   sign(i) = -1 where h is odd, else 1
///     mix(v):  v += 0x9E3779B97F4A7C15;  v = (v xor v >> 30) 0xBF58476D1CE4E5B9;
///              v = (v xor v >> 27) 0x94D049BB133111EB;  v xor v >> 31
///
/// All arithmetic is unsigned, 64 bits, modulo 2^64 (SplitMix64), so anyone can compute it from the seed alone. |y -
/// y'|^2 is |x - x'|^2 on average over seeds, with a variance of at most 2 |x - x'|^4 / columns: as good as a dense
/// matrix of random signs, at one addition per value instead of one per value and column.
///
/// Distance correlation sees a representation through pairwise distances alone, so it may be computed from sketches.
///
/// Papers: Charikar, Chen and Farach-Colton, "Finding frequent items in data streams" (2002); as an embedding of
/// distances, Weinberger et al., "Feature hashing for large scale multitask learning" (2009).
public struct Sketch: Configurable, Hashable {
  /// The name that errors use.
  public static let name = "sketches"
  /// The settings `sketch` and `sketch_seed`, which every representation takes.
  public static let settings: [Setting<Sketch>] = [
    .int(
      "sketch", \.columns, 0...Int.max,
      "columns of a random projection of the row that keeps distances; 0: the row itself"),
    .int("sketch_seed", \.seed, 0...Int.max, "which projection"),
  ]

  /// The number of values in a sketch; 0 means no sketch.
  public var columns = 0
  /// Selects one of the random projections.
  public var seed = 0

  /// Creates settings that ask for no sketch.
  public init() {}

  /// Creates a sketch of `columns` values, fewer than the row has; settings out of range are refused where it is used.
  public init(columns: Int, seed: Int = 0) {
    self.columns = columns
    self.seed = seed
  }
}
