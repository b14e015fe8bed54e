// Pairwise distances, their centering, and the distance correlation with its gradient, on plain float32 tensors.
#pragma once

#include "CTorchRanks.h"
#include "Gram.h"
#include "Handles.h"

namespace mvt {

/// How distances are centered.
enum class Estimator { biased, unbiased };

/// One side of a distance correlation: the distances of n rows, and the same doubly centered.
///
/// Of the ranks of a group each has the distances of its own m rows to all n; numbers are those of all.
struct Side {
  /// The rows, shifted to their mean (distances do not see it, and float32 then keeps more of them); n x d.
  at::Tensor rows;
  /// The ranks that have the other distances; null where all are here.
  MVTGroup* group = nullptr;
  /// The rows whose distances are here.
  Part own = {0, 0};
  /// Euclidean distances, m x n, the square clamped from below.
  at::Tensor distances;
  /// The distances with row and column means taken out, m x n.
  at::Tensor centered;
  /// The sum of squares of `centered`, of all ranks; 0 where the rows do not differ.
  double square = 0;
  /// The same where libtorch's operations compute it: one value, so that nobody waits for it.
  at::Tensor square_there;
  /// What `distances` were multiplied by; `rows` were not.
  double scale = 1;
};

/// Computes a side from float32 rows times `scale`, where they are; `keep_rows` is for sides that need gradients.
///
/// The ranks of a group have the same rows and share the work, where loops may go over them.
Side side_of(const at::Tensor& rows, double scale, Estimator estimator, bool keep_rows, MVTGroup* group = nullptr);

/// The value, one of float64 where the sides are; weight times the derivative of it by each distance is added to
/// `slope` (m x n), where it is defined.
at::Tensor distance_correlation(const Side& a, const Side& b, Estimator estimator, double weight, at::Tensor slope_a,
                                at::Tensor slope_b);

/// Turns derivatives by the distances into derivatives by the rows that are the side's own, m x d.
at::Tensor rows_gradient(const Side& side, const at::Tensor& slope);

/// The three above by libtorch's own operations, for tensors that loops do not go over. A side has its products
/// already.
namespace operations {
Side side_of(const at::Tensor& products, double scale, Estimator estimator);
at::Tensor distance_correlation(const Side& a, const Side& b, Estimator estimator, double weight, at::Tensor slope_a,
                                at::Tensor slope_b);
at::Tensor rows_gradient(const Side& side, const at::Tensor& slope);
}  // namespace operations

/// Squares of distances are no smaller.
constexpr float smallest_square = 1e-4f;

/// Rows whose centered squares are no more of the squares of their distances differ by rounding only.
constexpr double rounding = 1e-10;

/// What the root of a distance correlation is no smaller than where its slope is taken, which is infinite at 0.
constexpr double smallest_root = 1e-4;

}  // namespace mvt

struct MVTDistances : mvt::Counted {
  explicit MVTDistances(mvt::Side value) : side(std::move(value)) {}
  mvt::Side side;
};
