// Pairwise distances, their centering, and the distance correlation with its gradient, on plain float32 tensors.
#pragma once

#include "Handles.h"

namespace mvt {

/// How distances are centered.
enum class Estimator { biased, unbiased };

/// One side of a distance correlation: the distances of n rows, and the same doubly centered.
struct Side {
  /// The rows, shifted to their mean (distances do not see it, and float32 then keeps more of them); n x d.
  at::Tensor rows;
  /// Euclidean distances, n x n, the square clamped from below.
  at::Tensor distances;
  /// The distances with row and column means taken out, n x n.
  at::Tensor centered;
  /// The sum of squares of `centered`; 0 where the rows do not differ.
  double square = 0;
  /// What `distances` were multiplied by; `rows` were not.
  double scale = 1;
};

/// Computes a side from float32 rows times `scale`; `keep_rows` is for sides that need gradients.
Side side_of(const at::Tensor& rows, double scale, Estimator estimator, bool keep_rows);

/// The value, and weight times the derivative of it by each distance is added to `slope` (n x n), where given.
double distance_correlation(const Side& a, const Side& b, Estimator estimator, double weight, float* slope_a,
                            float* slope_b);

/// Turns derivatives by the distances into derivatives by the rows.
at::Tensor rows_gradient(const Side& side, const at::Tensor& slope);

}  // namespace mvt

struct MVTDistances : mvt::Counted {
  explicit MVTDistances(mvt::Side value) : side(std::move(value)) {}
  mvt::Side side;
};
