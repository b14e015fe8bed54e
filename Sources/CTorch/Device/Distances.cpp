// Distances and their correlation as in ../Distances.cpp, in float32 and for sums in float64, without a value that the
// processor would have to wait for.
#include "../Distances.h"

#include <cmath>

#include "../Gram.h"

namespace mvt::operations {
namespace {

at::Tensor sum_of_squares(const at::Tensor& values) { return values.square().sum(at::kDouble); }

/// Sums of rows, in float64.
at::Tensor row_sums(const at::Tensor& values) {
  const int64_t axis[] = {1};
  return values.sum(axis, false, at::kDouble);
}

}  // namespace

Side side_of(const at::Tensor& products, double scale, Estimator estimator) {
  const bool biased = estimator == Estimator::biased;
  const auto n = static_cast<double>(products.size(0));
  Side side;
  side.scale = scale;
  const at::Tensor own = products.diagonal();
  side.distances = (own.unsqueeze(1) + own.unsqueeze(0) - products * 2).mul_(scale * scale);
  side.distances.clamp_min_(smallest_square).sqrt_();
  side.distances.fill_diagonal_(biased ? std::sqrt(smallest_square) : 0.0f);
  const at::Tensor sums = row_sums(side.distances);
  // V-centering divides by n and n^2; U-centering by n - 2 and (n - 1)(n - 2), with the diagonal left out.
  const at::Tensor lines = sums / (biased ? n : n - 2);
  const at::Tensor whole = sums.sum() / (biased ? n * n : (n - 1) * (n - 2));
  side.centered = side.distances - lines.to(at::kFloat).unsqueeze(0);
  side.centered.add_((whole - lines).to(at::kFloat).unsqueeze(1));
  if (!biased) side.centered.fill_diagonal_(0);
  side.square_there = sum_of_squares(side.centered);
  side.square_there.masked_fill_(side.square_there <= sum_of_squares(side.distances) * rounding, 0);
  return side;
}

at::Tensor distance_correlation(const Side& a, const Side& b, Estimator estimator, double weight, at::Tensor slope_a,
                                at::Tensor slope_b) {
  const at::Tensor nothing = (a.square_there == 0).logical_or(b.square_there == 0);
  // A side that does not differ gives 0 and no slope, whatever else is divided by.
  const auto kept = [&](at::Tensor value) { return value.masked_fill(nothing, 0); };
  const auto divisor = [&](const at::Tensor& square) { return square.masked_fill(nothing, 1); };
  const at::Tensor square_a = divisor(a.square_there), square_b = divisor(b.square_there);
  const at::Tensor norm = (square_a * square_b).sqrt();
  const at::Tensor ratio = kept((a.centered * b.centered).sum(at::kDouble) / norm);
  const bool unbiased = estimator == Estimator::unbiased;
  const at::Tensor value = unbiased ? ratio : ratio.clamp_min(0).sqrt();
  const at::Tensor outer =
      kept(unbiased ? at::full_like(value, weight) : value.clamp_min(smallest_root).reciprocal() * (0.5 * weight));
  const at::Tensor cross = (outer / norm).to(at::kFloat);
  const auto add = [&](at::Tensor& slope, const at::Tensor& own, const at::Tensor& other, const at::Tensor& square) {
    if (!slope.defined()) return;
    slope.addcmul_(other, cross).addcmul_(own, (outer * ratio / square).to(at::kFloat), -1);
  };
  add(slope_a, a.centered, b.centered, square_a);
  add(slope_b, b.centered, a.centered, square_b);
  return value;
}

at::Tensor rows_gradient(const Side& side, const at::Tensor& slope) {
  at::Tensor pull = (slope + slope.t()).div_(side.distances);
  // A clamped distance does not move, and one from a row to itself is such.
  pull.masked_fill_(side.distances <= std::sqrt(smallest_square), 0);
  const at::Tensor sums = row_sums(pull).to(at::kFloat);
  pull.neg_().diagonal().copy_(sums);
  return product(pull, side.rows).mul_(side.scale * side.scale);
}

}  // namespace mvt::operations
