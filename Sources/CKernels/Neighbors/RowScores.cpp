#include "CKernelsRowScores.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Neighbors/RowScores.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "hwy/cache_control.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `next` is fetched into the cache meanwhile.
HWY_INLINE double DotAnd(const float* left, const float* right, const float* next, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a, c = a, e = a;
  size_t i = 0;
  const auto widen = [&](const float* values) { return hn::PromoteTo(d, hn::LoadU(half, values)); };
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    hwy::Prefetch(next + i);
    a = hn::MulAdd(widen(left + i), widen(right + i), a);
    b = hn::MulAdd(widen(left + i + lanes), widen(right + i + lanes), b);
    c = hn::MulAdd(widen(left + i + 2 * lanes), widen(right + i + 2 * lanes), c);
    e = hn::MulAdd(widen(left + i + 3 * lanes), widen(right + i + 3 * lanes), e);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  for (; i < count; ++i) total += static_cast<double>(left[i]) * right[i];
  return total;
}

HWY_INLINE double SquaredDistanceAnd(const float* left, double left_scale, const float* right, double right_scale,
                                     const float* next, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  const auto ls = hn::Set(d, left_scale), rs = hn::Set(d, right_scale);
  auto a = hn::Zero(d), b = a;
  const auto difference = [&](size_t i) {
    return hn::Sub(hn::Mul(hn::PromoteTo(d, hn::LoadU(half, left + i)), ls),
                   hn::Mul(hn::PromoteTo(d, hn::LoadU(half, right + i)), rs));
  };
  size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    hwy::Prefetch(next + i);
    const auto first = difference(i), second = difference(i + lanes);
    a = hn::MulAdd(first, first, a);
    b = hn::MulAdd(second, second, b);
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
  for (; i < count; ++i) {
    const double gap = left[i] * left_scale - right[i] * right_scale;
    total += gap * gap;
  }
  return total;
}

double Dot(const float* left, const float* right, size_t count) { return DotAnd(left, right, right, count); }

double SquaredDistance(const float* left, double left_scale, const float* right, double right_scale, size_t count) {
  return SquaredDistanceAnd(left, left_scale, right, right_scale, right, count);
}

void Dots(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count, double* products) {
  for (size_t i = 0; i < count; ++i) {
    const float* next = base + columns * rows[HWY_MIN(i + 1, count - 1)];
    products[i] = DotAnd(query, base + columns * rows[i], next, columns);
  }
}

void SquaredDistances(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count,
                      double* distances) {
  for (size_t i = 0; i < count; ++i) {
    const float* next = base + columns * rows[HWY_MIN(i + 1, count - 1)];
    distances[i] = SquaredDistanceAnd(query, 1, base + columns * rows[i], 1, next, columns);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(Dot);
HWY_EXPORT(SquaredDistance);
HWY_EXPORT(Dots);
HWY_EXPORT(SquaredDistances);
}  // namespace mvk

double mvk_dot(const float* left, const float* right, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::Dot)(left, right, count);
}
double mvk_squared_distance(const float* left, double left_scale, const float* right, double right_scale,
                            size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::SquaredDistance)(left, left_scale, right, right_scale, count);
}
void mvk_dots(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count,
              double* products) {
  HWY_DYNAMIC_DISPATCH(mvk::Dots)(query, base, columns, rows, count, products);
}
void mvk_squared_distances(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count,
                           double* distances) {
  HWY_DYNAMIC_DISPATCH(mvk::SquaredDistances)(query, base, columns, rows, count, distances);
}
#endif
