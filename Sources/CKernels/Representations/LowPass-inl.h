// A low pass along lines, of which few values are kept: products with matrices, or with few taps.
#if defined(MVK_LOW_PASS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_LOW_PASS_INL_H
#undef MVK_LOW_PASS_INL_H
#else
#define MVK_LOW_PASS_INL_H
#endif

#include "FourierPrimes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

// `LowPass` by the few taps of the plan.
template <typename Keep>
HWY_INLINE void LowPassShort(const LowPassPlan& plan, const float* line, const Keep& keep) {
  const size_t reach = plan.taps.size() - 1;
  const int32_t* around = plan.around.data() + plan.step + reach;
  for (size_t m = 0; m < plan.Outputs(); ++m, around += plan.step) {
    const auto sample = [&](const int32_t* at)
                            HWY_ATTR { return LoadJoined(line + static_cast<size_t>(*at) * kComplex); };
    Joined sum = JoinedZero();
    for (size_t n = reach; n > 0; --n)  // the small ones first
      sum = AddScaled(sum, plan.taps[n], sample(around - n) + sample(around + n));
    keep(m, Parted(AddScaled(sum, plan.taps[0], sample(around))));
  }
}

// Low-passes a line of samples in the plan's order (two real lines: the parts); `keep(index, value)` gets each output.
// `pairs` has room for the line twice and a little more.
template <typename Keep>
HWY_INLINE void LowPass(const LowPassPlan& plan, const float* line, float* pairs, const Keep& keep) {
  if (!plan.taps.empty()) return LowPassShort(plan, line, keep);
  const Joined zero = JoinedZero();
  const size_t columns = plan.matrices[0].columns, values = plan.values;
  const auto sample = [&](size_t which, size_t n) HWY_ATTR {
    return LoadJoined(line + static_cast<size_t>(plan.positions[which][n]) * kComplex);
  };
  if (!plan.halved) {
    for (size_t n = 0; n < columns; ++n) {
      const Joined a = sample(0, n), b = sample(1, n);
      StoreComplex(a + b, pairs + n * 2 * kComplex);
      StoreComplex(a - b, pairs + n * 2 * kComplex + kComplex);
    }
    MultiplyRows(plan.matrices[0], pairs, zero, [&](size_t row, Joined c, Joined s) HWY_ATTR {
      const size_t m = row + 1;
      keep(m - 1, Parted(c + s));
      if (m > 1 && values - m != m) keep(values - m - 1, Parted(c - s));
    });
    return;
  }
  float* odd = pairs + columns * 2 * kComplex;
  float* even_results = odd + columns * 2 * kComplex;
  for (size_t n = 0; n < columns; ++n) {
    const Joined a = sample(0, n), b = sample(3, n), c = sample(2, n), d = sample(1, n);
    const Joined here = a + c, mirrored = b + d, here_odd = a - c, mirrored_odd = b - d;
    StoreComplex(here + mirrored, pairs + n * 2 * kComplex);
    StoreComplex(here - mirrored, pairs + n * 2 * kComplex + kComplex);
    // Half a line on, the odd half changes its sign.
    StoreComplex(here_odd - mirrored_odd, odd + n * 2 * kComplex);
    StoreComplex(here_odd + mirrored_odd, odd + n * 2 * kComplex + kComplex);
  }
  MultiplyRows(plan.matrices[0], pairs, zero, [&](size_t row, Joined c, Joined s) HWY_ATTR {
    StoreComplex(c + s, even_results + row * 2 * kComplex);
    StoreComplex(c - s, even_results + row * 2 * kComplex + kComplex);
  });
  MultiplyRows(plan.matrices[1], odd, zero, [&](size_t m, Joined c, Joined s) HWY_ATTR {
    const Joined even = LoadJoined(even_results + m * 2 * kComplex);
    const Joined even_mirrored = LoadJoined(even_results + m * 2 * kComplex + kComplex);
    if (values / 2 + m + 1 < values) keep(values / 2 + m - 1, Parted(even - (c + s)));
    if (m > 0) keep(m - 1, Parted(even + (c + s)));
    if (m > 0 && 4 * m != values) keep(values / 2 - m - 1, Parted(even_mirrored - (c - s)));
    if (m > 1 && 4 * m != values) keep(values - m - 1, Parted(even_mirrored + (c - s)));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
