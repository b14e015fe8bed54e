#include "CKernelsBlur.h"

#include <string.h>

#include "Imaging/Scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Imaging/Blur.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#pragma clang fp contract(off)

#ifndef MVK_IMAGING_BLUR_SHARED
#define MVK_IMAGING_BLUR_SHARED
namespace mvk {
/// Values beyond a row of floats that may be read and written: whole groups of vectors are.
constexpr size_t kBlurMargin = 128;
/// Vectors taken at a time: rows of RGB pixels are often whole multiples of three.
constexpr size_t kParts = 3;
}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using DF = hn::ScalableTag<float>;
using VF = hn::VFromD<DF>;

/// Blurs a row of RGB pixels, mirrored at both ends; `wide` has room for `reach` more pixels at either end.
void BlurAcross(const uint8_t* HWY_RESTRICT row, size_t width, const float* taps, size_t reach,
                uint16_t* HWY_RESTRICT wide, float* HWY_RESTRICT blurred) {
  const DF d;
  const hn::Rebind<int32_t, DF> d32;
  const hn::ScalableTag<uint16_t> d16;
  const hn::Half<decltype(d16)> half;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const size_t lanes = hn::Lanes(d16), values = 3 * width;
  uint16_t* const middle = wide + 3 * reach;
  size_t i = 0;
  for (; i + lanes <= values; i += lanes) hn::StoreU(hn::PromoteTo(d16, hn::LoadU(d8, row + i)), d16, middle + i);
  for (; i < values; i++) middle[i] = row[i];
  for (size_t step = 1; step <= reach; step++)
    for (size_t c = 0; c < 3; c++) {
      *(middle + c - 3 * step) = middle[3 * step + c];
      middle[3 * (width - 1 + step) + c] = middle[3 * (width - 1 - step) + c];
    }
  const auto lower = [&](hn::VFromD<decltype(d16)> v)
                         HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, hn::LowerHalf(half, v))); };
  const auto upper = [&](hn::VFromD<decltype(d16)> v)
                         HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, hn::UpperHalf(half, v))); };
  for (i = 0; i < values; i += kParts * lanes) {
    VF low[kParts], high[kParts];
    for (size_t part = 0; part < kParts; part++) {
      const auto own = hn::LoadU(d16, middle + i + part * lanes);
      low[part] = hn::Mul(hn::Set(d, taps[0]), lower(own));
      high[part] = hn::Mul(hn::Set(d, taps[0]), upper(own));
    }
    for (size_t step = 1; step <= reach; step++) {
      const VF tap = hn::Set(d, taps[step]);
      const uint16_t *const left = middle + i - 3 * step, *const right = middle + i + 3 * step;
      for (size_t part = 0; part < kParts; part++) {
        // Neighbors are added as whole numbers, which takes half the vectors.
        const auto both = hn::Add(hn::LoadU(d16, left + part * lanes), hn::LoadU(d16, right + part * lanes));
        low[part] = hn::Add(low[part], hn::Mul(tap, lower(both)));
        high[part] = hn::Add(high[part], hn::Mul(tap, upper(both)));
      }
    }
    for (size_t part = 0; part < kParts; part++) {
      hn::StoreU(low[part], d, blurred + i + part * lanes);
      hn::StoreU(high[part], d, blurred + i + part * lanes + lanes / 2);
    }
  }
}

/// Blurs two rows down the columns.
///
/// `rows` are all that they are made of, from `reach` above the first to `reach` below the second, so that each is
/// loaded once for both.
void BlurDown(const float* const* rows, size_t values, const float* taps, size_t reach, uint8_t* HWY_RESTRICT first,
              uint8_t* HWY_RESTRICT second) {
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const size_t lanes = hn::Lanes(d);
  const auto put = [&](VF sum, uint8_t* target, size_t at) HWY_ATTR {
    // To the nearest, halves to even.
    const auto bytes = hn::DemoteTo(d8, hn::NearestInt(sum));
    if (at + lanes <= values) return hn::StoreU(bytes, d8, target + at);
    if (at >= values) return;
    HWY_ALIGN uint8_t rest[HWY_MAX_BYTES];
    hn::Store(bytes, d8, rest);
    memcpy(target + at, rest, values - at);
  };
  const float* const* const middle = rows + reach;
  for (size_t i = 0; i < values; i += kParts * lanes) {
    VF above[kParts], below[kParts], first_sums[kParts], second_sums[kParts];
    for (size_t part = 0; part < kParts; part++) {
      const VF tap = hn::Set(d, taps[0]);
      above[part] = hn::Load(d, middle[0] + i + part * lanes);
      below[part] = hn::Load(d, middle[1] + i + part * lanes);
      first_sums[part] = hn::Mul(tap, above[part]);
      second_sums[part] = hn::Mul(tap, below[part]);
    }
    for (size_t step = 1; step <= reach; step++) {
      const VF tap = hn::Set(d, taps[step]);
      // What is at a distance from one row is one nearer to or farther from the other.
      const float *const higher = *(middle - step) + i, *const lower = middle[step + 1] + i;
      for (size_t part = 0; part < kParts; part++) {
        const VF up = hn::Load(d, higher + part * lanes), down = hn::Load(d, lower + part * lanes);
        first_sums[part] = hn::Add(first_sums[part], hn::Mul(tap, hn::Add(up, below[part])));
        second_sums[part] = hn::Add(second_sums[part], hn::Mul(tap, hn::Add(above[part], down)));
        above[part] = up;
        below[part] = down;
      }
    }
    for (size_t part = 0; part < kParts; part++) {
      put(first_sums[part], first, i + part * lanes);
      put(second_sums[part], second, i + part * lanes);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(BlurAcross);
HWY_EXPORT(BlurDown);
}  // namespace mvk

void mvk_blur(uint8_t* pixels, size_t height, size_t width, const float* taps, size_t reach) {
  static thread_local mvk::Scratch scratch;
  // What a weight below half a unit in the last place of 255 adds is lost in the sum.
  while (reach > 0 && taps[reach] < 0x1p-25f) reach--;
  if (reach == 0) return;
  const auto across = HWY_DYNAMIC_DISPATCH(mvk::BlurAcross);
  const auto down = HWY_DYNAMIC_DISPATCH(mvk::BlurDown);
  const size_t values = 3 * width, length = (values + mvk::kBlurMargin + 15) / 16 * 16, kept = 2 * reach + 2;
  // The blurred rows that two rows of the result are made of, a wide row, a row to waste, and pointers to the former.
  const size_t wide_length = (length + 6 * reach + 31) / 32 * 32;
  float* const memory = scratch.Take<float>((kept + 1) * length + wide_length / 2 + 2 * kept);
  memset(memory, 0, ((kept + 1) * length + wide_length / 2) * sizeof(float));
  auto* const wide = reinterpret_cast<uint16_t*>(memory + kept * length);
  float* const wasted = memory + kept * length + wide_length / 2;
  const float** rows = reinterpret_cast<const float**>(wasted + length);
  const auto place = [&](int64_t row) {
    const int64_t last = int64_t(height) - 1, mirrored = row < 0 ? -row : row > last ? 2 * last - row : row;
    return memory + size_t(mirrored) % kept * length;
  };
  size_t next = 0;
  for (size_t y = 0; y < height; y += 2) {
    for (; next <= y + 1 + reach && next < height; next++)
      across(pixels + next * values, width, taps, reach, wide, place(int64_t(next)));
    for (size_t row = 0; row < kept; row++) rows[row] = place(int64_t(y + row) - int64_t(reach));
    uint8_t* const target = pixels + y * values;
    down(rows, values, taps, reach, target, y + 1 < height ? target + values : reinterpret_cast<uint8_t*>(wasted));
  }
}
#endif
