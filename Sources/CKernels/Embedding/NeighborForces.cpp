#include "CKernelsNeighborForces.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Embedding/NeighborForces.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void NeighborForces(const float* x, const float* y, size_t count, size_t row, const float* probabilities,
                    double* sums) {
  const hn::ScalableTag<float> full;
  for (int i = 0; i < 5; ++i) sums[i] = 0;
  size_t j = 0;
  const auto run = [&](auto d, size_t end) {
    const size_t lanes = hn::Lanes(d);
    const auto one = hn::Set(d, 1.0f);
    const auto ownX = hn::Set(d, x[row]), ownY = hn::Set(d, y[row]);
    auto pullX = hn::Zero(d), pullY = pullX, pushX = pullX, pushY = pullX, weight = pullX;
    for (; j + lanes <= end; j += lanes) {
      const auto dx = hn::Sub(ownX, hn::LoadU(d, x + j));
      const auto dy = hn::Sub(ownY, hn::LoadU(d, y + j));
      const auto w = hn::Div(one, hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, one)));
      const auto pull = hn::Mul(hn::LoadU(d, probabilities + j), w);
      const auto push = hn::Mul(w, w);
      pullX = hn::MulAdd(pull, dx, pullX);
      pullY = hn::MulAdd(pull, dy, pullY);
      pushX = hn::MulAdd(push, dx, pushX);
      pushY = hn::MulAdd(push, dy, pushY);
      weight = hn::Add(weight, w);
    }
    sums[0] += hn::GetLane(hn::SumOfLanes(d, pullX));
    sums[1] += hn::GetLane(hn::SumOfLanes(d, pullY));
    sums[2] += hn::GetLane(hn::SumOfLanes(d, pushX));
    sums[3] += hn::GetLane(hn::SumOfLanes(d, pushY));
    sums[4] += hn::GetLane(hn::SumOfLanes(d, weight));
  };
  // Short stretches are summed in single precision, their sums in double.
  constexpr size_t stretch = 512;
  while (j + hn::Lanes(full) <= count) run(full, HWY_MIN(count, j + stretch));
  run(hn::CappedTag<float, 1>(), count);
  sums[4] -= 1;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(NeighborForces);
}  // namespace mvk

void mvk_neighbor_forces(const float* x, const float* y, size_t count, size_t row, const float* probabilities,
                         double* sums) {
  HWY_DYNAMIC_DISPATCH(mvk::NeighborForces)(x, y, count, row, probabilities, sums);
}
#endif
