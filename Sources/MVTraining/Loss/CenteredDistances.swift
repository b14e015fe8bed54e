internal import CGuarded
internal import CTorch
package import MVCore
package import MVNetworks

/// The doubly centered, pairwise Euclidean distances of a batch of rows: one side of a distance correlation.
///
/// The side that needs no gradient is computed once a batch and kept as B x B numbers, however wide its rows are; each
/// of R ranks keeps B/R x B of them.
package final class CenteredDistances {
  let handle: OpaquePointer

  /// Computes the distances of `rows` times `scale`; squares are clamped from below at 1e-4.
  ///
  /// The ranks of a group give the same rows at the same time, and each computes the distances of its part of them to
  /// all. Throws for fewer than 2 rows, 4 where unbiased.
  package convenience init(
    of rows: Matrix, scale: Double = 1, estimator: DistanceEstimator = .biased, over group: ProcessGroup? = nil
  ) throws(MVError) {
    try self.init {
      mvt_distances_of_rows(
        rows.values, Int64(rows.rows), Int64(rows.columns), scale, estimator == .unbiased, group?.handle, $0)
    }
  }

  /// Computes the distances of what lies along the first axis of `tensor`, without gradients.
  package convenience init(
    of tensor: Tensor, scale: Double = 1, estimator: DistanceEstimator = .biased, over group: ProcessGroup? = nil
  ) throws(MVError) {
    try self.init { mvt_distances_of_tensor(tensor.handle, scale, estimator == .unbiased, group?.handle, $0) }
  }

  private init(_ body: (UnsafeMutablePointer<OpaquePointer?>) -> GuardedStatus) throws(MVError) {
    var result: OpaquePointer?
    try check(body(&result), during: "pairwise distances")
    guard let result else { throw .internalFault("pairwise distances", "gave nothing") }
    handle = result
  }

  deinit { mvt_distances_free(handle) }
}

extension Tensor {
  /// The distance correlation between the rows of this tensor and those of `other`, with gradients to both.
  ///
  /// 0 where the rows of one side do not differ. Throws where the counts differ, or are below 2 (4 where unbiased).
  package func distanceCorrelation(
    with other: Tensor, estimator: DistanceEstimator = .biased
  ) throws(MVError) -> Tensor {
    try Tensor(during: "distance correlation") {
      mvt_distance_correlation(handle, other.handle, estimator == .unbiased, $0)
    }
  }
}
