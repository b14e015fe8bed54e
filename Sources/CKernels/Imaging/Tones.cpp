#include "CKernelsTones.h"

#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Imaging/Tones.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Imaging/ColorChanges-inl.h"

#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void MaskAndInvert(uint8_t* HWY_RESTRICT values, size_t count, uint8_t mask, unsigned threshold) {
  const hn::ScalableTag<uint8_t> d;
  const size_t lanes = hn::Lanes(d);
  const auto kept = hn::Set(d, mask);
  const auto least = hn::Set(d, uint8_t(threshold));
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, values + i);
    const auto inverted = threshold > 255 ? v : hn::IfThenElse(hn::Eq(hn::Max(v, least), v), hn::Not(v), v);
    hn::StoreU(hn::And(inverted, kept), d, values + i);
  }
  for (; i < count; i++) values[i] = (values[i] >= threshold ? uint8_t(~values[i]) : values[i]) & mask;
}

/// A row between two others, without its first and last pixel.
void SharpenRow(const uint8_t* above, const uint8_t* row, const uint8_t* below, size_t values, float factor,
                uint8_t* HWY_RESTRICT target) {
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const hn::Rebind<uint16_t, DF> d16;
  const size_t lanes = hn::Lanes(d);
  const VF amount = Number(factor);
  size_t i = 3;
  for (; i + 3 + lanes <= values; i += lanes) {
    auto sum = hn::Zero(d16);
    for (const uint8_t* line : {above, row, below})
      for (size_t step = 0; step < 9; step += 3)
        sum = hn::Add(sum, hn::PromoteTo(d16, hn::LoadU(d8, line + i + step - 3)));
    const auto middle = hn::LoadU(d8, row + i);
    sum = hn::Add(sum, hn::ShiftLeft<2>(hn::PromoteTo(d16, middle)));
    // To nearest; thirteenths are never halves.
    const auto twice = hn::Add(hn::Add(sum, sum), hn::Set(d16, 13));
    const auto smooth = hn::ShiftRight<3>(hn::MulHigh(twice, hn::Set(d16, 20165)));
    const VF base = hn::ConvertTo(d, hn::PromoteTo(hn::Rebind<int32_t, DF>(), smooth));
    hn::StoreU(Narrowed(Blend(base, Widened(middle), amount)), d8, target + i);
  }
  for (; i + 3 < values; i++) {
    unsigned sum = 4u * row[i];
    for (const uint8_t* line : {above, row, below}) sum += unsigned(line[i - 3]) + line[i] + line[i + 3];
    const float base = float((2 * sum + 13) / 26);
    const float change = factor * (float(row[i]) - base);
    const float mixed = base + change;
    target[i] = uint8_t(mixed <= 0 ? 0 : mixed >= 255 ? 255 : mixed);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(MaskAndInvert);
HWY_EXPORT(SharpenRow);
}  // namespace mvk

void mvk_channel_histograms(const uint8_t* pixels, size_t count, uint32_t* counts) {
  // Two tables a channel, so that neighbors of one color do not wait for each other.
  uint32_t odd[3 * 256] = {};
  memset(counts, 0, sizeof odd);
  size_t i = 0;
  for (; i + 2 <= count; i += 2, pixels += 6) {
    counts[pixels[0]]++;
    counts[256 + pixels[1]]++;
    counts[512 + pixels[2]]++;
    odd[pixels[3]]++;
    odd[256 + pixels[4]]++;
    odd[512 + pixels[5]]++;
  }
  if (i < count)
    for (size_t c = 0; c < 3; c++) counts[256 * c + pixels[c]]++;
  for (size_t k = 0; k < 3 * 256; k++) counts[k] += odd[k];
}

void mvk_map_channels(uint8_t* pixels, size_t count, const uint8_t* tables) {
  for (size_t i = 0; i < count; i++, pixels += 3) {
    pixels[0] = tables[pixels[0]];
    pixels[1] = tables[256 + pixels[1]];
    pixels[2] = tables[512 + pixels[2]];
  }
}

void mvk_mask_and_invert(uint8_t* values, size_t count, uint8_t mask, unsigned threshold) {
  HWY_DYNAMIC_DISPATCH(mvk::MaskAndInvert)(values, count, mask, threshold);
}

void mvk_sharpen(const uint8_t* pixels, size_t height, size_t width, float factor, uint8_t* target) {
  const size_t values = 3 * width;
  const auto sharpen = HWY_DYNAMIC_DISPATCH(mvk::SharpenRow);
  memcpy(target, pixels, height * values);
  for (size_t y = 1; y + 1 < height; y++) {
    const uint8_t* row = pixels + y * values;
    sharpen(row - values, row, row + values, values, factor, target + y * values);
  }
}
#endif
