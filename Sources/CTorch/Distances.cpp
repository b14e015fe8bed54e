#include "Distances.h"

#include "Device/Device.h"
#include "Parallel.h"
#include "Ranks/Ranks.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mvt {
namespace {

double dot(const float* a, const float* b, int64_t count) {
  double sums[4] = {0, 0, 0, 0};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (int lane = 0; lane < 4; ++lane) sums[lane] += static_cast<double>(a[i + lane]) * b[i + lane];
  }
  for (; i < count; ++i) sums[0] += static_cast<double>(a[i]) * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/// One number for each of a side's own rows, put together with those of the other ranks: one for each row.
at::Tensor of_all(const Side& side, const at::Tensor& own) {
  return side.group ? ranks::gathered(*side.group, own).flatten() : own;
}

/// Sums over the distances that are here, added up over the ranks.
std::vector<double> totals(const Side& side, std::vector<double> sums) {
  if (side.group) {
    ranks::add_up(*side.group, at::from_blob(sums.data(), {static_cast<int64_t>(sums.size())}, at::kDouble));
  }
  return sums;
}

}  // namespace

Side side_of(const at::Tensor& rows, double scale, Estimator estimator, bool keep_rows, MVTGroup* group) {
  const int64_t n = rows.size(0);
  TORCH_CHECK(rows.dim() == 2 && n >= 2, "distances need at least 2 rows, not ", n);
  TORCH_CHECK(estimator == Estimator::biased || n >= 4, "the unbiased estimator needs at least 4 rows, not ", n);
  Side side;
  side.own = {0, n};
  if (group && by_loops(rows)) {
    const int64_t size = ranks::size(*group);
    TORCH_CHECK(n % size == 0, n, " rows cannot be dealt out to ", size, " ranks");
    side.group = group;
    side.own = {ranks::rank(*group) * (n / size), n / size};
  }
  const at::Tensor products = gram(rows, side.own, keep_rows ? &side.rows : nullptr);
  if (!by_loops(products)) {
    Side there = operations::side_of(products, scale, estimator);
    there.rows = side.rows;
    there.own = side.own;
    return there;
  }
  const int64_t m = side.own.count, first = side.own.first;
  const at::Tensor squares = of_all(side, products.diagonal(first).contiguous());
  side.scale = scale;
  const auto area = static_cast<float>(scale * scale);
  side.distances = at::empty({m, n}, products.options());
  side.centered = at::empty({m, n}, products.options());
  const float *g = products.data_ptr<float>(), *length = squares.data_ptr<float>();
  float* d = side.distances.data_ptr<float>();
  float* c = side.centered.data_ptr<float>();

  const bool biased = estimator == Estimator::biased;
  const at::Tensor own_sums = at::empty({m}, at::kDouble);
  double* own_sum = own_sums.data_ptr<double>();
  mvt::parallel_for(0, m, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      double sum = 0;
      for (int64_t j = 0; j < n; ++j) {
        const float square = area * (length[first + i] + length[j] - 2 * g[i * n + j]);
        // Not std::max: a NaN must stay one, or a broken batch would pass for a good one.
        const float clamped = square < smallest_square ? smallest_square : square;
        d[i * n + j] = first + i == j ? (biased ? std::sqrt(smallest_square) : 0) : std::sqrt(clamped);
        sum += d[i * n + j];
      }
      own_sum[i] = sum;
    }
  });
  // Distances are symmetric: the sum of a row is that of its column.
  const at::Tensor all_sums = of_all(side, own_sums);
  const double* sums = all_sums.data_ptr<double>();
  double total = 0;
  for (int64_t j = 0; j < n; ++j) total += sums[j];
  // V-centering divides by n and n^2; U-centering by n - 2 and (n - 1)(n - 2), with the diagonal left out.
  const double line = biased ? 1.0 / n : 1.0 / (n - 2);
  const double whole = biased ? total / (double(n) * n) : total / (double(n - 1) * (n - 2));
  mvt::parallel_for(0, m, 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const double row = whole - sums[first + i] * line;
      for (int64_t j = 0; j < n; ++j) c[i * n + j] = static_cast<float>(d[i * n + j] - sums[j] * line + row);
      if (!biased) c[i * n + first + i] = 0;
    }
  });
  const std::vector<double> squared = totals(side, {dot(c, c, m * n), dot(d, d, m * n)});
  // Rows that do not differ leave rounding only: call it nothing.
  side.square = squared[0] <= rounding * squared[1] ? 0 : squared[0];
  return side;
}

at::Tensor distance_correlation(const Side& a, const Side& b, Estimator estimator, double weight, at::Tensor slope_a,
                                at::Tensor slope_b) {
  TORCH_CHECK(a.centered.size(0) == b.centered.size(0), "a distance correlation of ", a.centered.size(0), " and ",
              b.centered.size(0), " rows");
  TORCH_CHECK(a.group == b.group, "a distance correlation of a side that ranks share and one that they do not");
  if (!by_loops(a.centered)) return operations::distance_correlation(a, b, estimator, weight, slope_a, slope_b);
  const auto given = [](double value) { return at::full({}, value, at::kDouble); };
  if (a.square == 0 || b.square == 0) return given(0);
  const int64_t count = a.centered.numel();
  const float* ca = a.centered.data_ptr<float>();
  const float* cb = b.centered.data_ptr<float>();
  const double norm = std::sqrt(a.square * b.square);
  const double ratio = totals(a, {dot(ca, cb, count)})[0] / norm;
  // The biased value is a root, with an infinite slope at 0; the unbiased one is the ratio itself, which may be
  // negative.
  const double value = estimator == Estimator::unbiased ? ratio : std::sqrt(ratio < 0 ? 0 : ratio);
  const double outer = weight * (estimator == Estimator::unbiased ? 1 : 0.5 / std::max(value, smallest_root));
  const auto cross = static_cast<float>(outer / norm);
  const auto add = [&](const at::Tensor& target, const float* own, const float* other, double square) {
    if (!target.defined()) return;
    float* slope = target.data_ptr<float>();
    const auto self = static_cast<float>(outer * ratio / square);
    for (int64_t i = 0; i < count; ++i) slope[i] += cross * other[i] - self * own[i];
  };
  add(slope_a, ca, cb, a.square);
  add(slope_b, cb, ca, b.square);
  return given(value);
}

at::Tensor rows_gradient(const Side& side, const at::Tensor& slope) {
  if (!by_loops(slope)) return operations::rows_gradient(side, slope);
  const int64_t m = slope.size(0), n = slope.size(1), first = side.own.first;
  at::Tensor pull = at::empty_like(slope);
  const float* s = slope.data_ptr<float>();
  const float* d = side.distances.data_ptr<float>();
  float* p = pull.data_ptr<float>();
  const float smallest = std::sqrt(smallest_square);
  // d|x_i - x_j| / dx_i = (x_i - x_j) / |x_i - x_j|, and each pair stands twice in the symmetric slope. A clamped
  // distance does not move. sum_j p_ij (x_i - x_j) is then one product, with the row sums on the diagonal.
  const bool is_whole = !side.group;
  for (int64_t i = 0; i < m; ++i) {
    double sum = 0;
    for (int64_t j = 0; j < n; ++j) {
      const float distance = d[i * n + j];
      const float both = is_whole ? s[i * n + j] + s[j * n + i] : 2 * s[i * n + j];
      const float value = first + i == j || distance <= smallest ? 0 : both / distance;
      p[i * n + j] = -value;
      sum += value;
    }
    p[i * n + first + i] = static_cast<float>(sum);
  }
  // The scale enters once through the distance and once through the difference of the scaled rows.
  return product(pull, side.rows).mul_(side.scale * side.scale);
}

}  // namespace mvt
