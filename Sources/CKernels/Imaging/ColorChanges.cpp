#include "CKernelsColorChanges.h"

#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Imaging/ColorChanges.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Imaging/ColorChanges-inl.h"

#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Pixels taken at a time: their channels, apart, stay in the nearest cache.
constexpr size_t kRun = 512;

/// Makes the changes; `gray` is what a contrast mixes with. Returns the sum of the gray values afterwards, if wanted.
uint64_t ChangeColors(uint8_t* HWY_RESTRICT pixels, size_t count, const mvk_color_change* changes, size_t change_count,
                      float gray, bool want_sum) {
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const hn::Rebind<int32_t, DF> d32;
  const hn::ScalableTag<uint8_t> whole;
  const size_t lanes = hn::Lanes(d), step = hn::Lanes(whole);
  HWY_ALIGN uint8_t red[kRun], green[kRun], blue[kRun];
  // Three of the longest vectors: what is left of a run that has no whole one.
  HWY_ALIGN uint8_t rest[3 * HWY_MAX_BYTES] = {};
  const auto change = [&](RGB p) HWY_ATTR {
    for (size_t i = 0; i < change_count; i++) {
      const VF amount = Number(changes[i].amount);
      switch (changes[i].kind) {
        case MVK_BRIGHTNESS:
          p = {Scaled(p.r, amount), Scaled(p.g, amount), Scaled(p.b, amount)};
          break;
        case MVK_CONTRAST:
          p = Blend(Number(gray), p, amount);
          break;
        case MVK_SATURATION:
          p = Blend(Luma(p), p, amount);
          break;
        case MVK_HUE:
          p = Turned(p, amount);
          break;
        case MVK_GRAY:
          p.r = p.g = p.b = Luma(p);
          break;
      }
    }
    return p;
  };
  uint64_t total = 0;
  for (size_t from = 0; from < count; from += kRun) {
    const size_t length = HWY_MIN(kRun, count - from);
    uint8_t* const run = pixels + 3 * from;
    hn::VFromD<decltype(whole)> r, g, b;
    size_t i = 0;
    for (; i < length; i += step) {
      const bool is_whole = i + step <= length;
      if (!is_whole) memcpy(rest, run + 3 * i, 3 * (length - i));
      hn::LoadInterleaved3(whole, is_whole ? run + 3 * i : rest, r, g, b);
      hn::Store(r, whole, red + i);
      hn::Store(g, whole, green + i);
      hn::Store(b, whole, blue + i);
    }
    auto sum = hn::Zero(d32);
    for (i = 0; i < length; i += lanes) {
      RGB p{Widened(hn::Load(d8, red + i)), Widened(hn::Load(d8, green + i)), Widened(hn::Load(d8, blue + i))};
      if (change_count > 0) {
        p = change(p);
        hn::Store(Narrowed(p.r), d8, red + i);
        hn::Store(Narrowed(p.g), d8, green + i);
        hn::Store(Narrowed(p.b), d8, blue + i);
      }
      if (want_sum) {
        const auto luma = hn::PromoteTo(d32, Narrowed(Luma(p)));
        sum = hn::Add(sum, i + lanes <= length ? luma : hn::IfThenElseZero(hn::FirstN(d32, length - i), luma));
      }
    }
    if (want_sum) total += uint64_t(hn::GetLane(hn::SumOfLanes(d32, sum)));
    if (change_count == 0) continue;
    for (i = 0; i < length; i += step) {
      const bool is_whole = i + step <= length;
      hn::StoreInterleaved3(hn::Load(whole, red + i), hn::Load(whole, green + i), hn::Load(whole, blue + i), whole,
                            is_whole ? run + 3 * i : rest);
      if (!is_whole) memcpy(run + 3 * i, rest, 3 * (length - i));
    }
  }
  return total;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(ChangeColors);
}  // namespace mvk

void mvk_change_colors(uint8_t* pixels, size_t count, const mvk_color_change* changes, size_t change_count) {
  const auto change = HWY_DYNAMIC_DISPATCH(mvk::ChangeColors);
  float gray = 0;
  size_t from = 0;
  for (size_t i = 0; i < change_count; i++) {
    if (changes[i].kind != MVK_CONTRAST) continue;
    // What comes before a contrast decides the gray that it mixes with.
    const uint64_t sum = change(pixels, count, changes + from, i - from, gray, true);
    gray = float(uint8_t(double(sum) / double(count) + 0.5));
    from = i;
  }
  if (from < change_count) change(pixels, count, changes + from, change_count - from, gray, false);
}
#endif
