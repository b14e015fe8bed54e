#include "CKernelsResample.h"

#include <string.h>

#include <new>

#include "Imaging/ResamplingAxis.h"
#include "Imaging/Scratch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Imaging/Resample.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Sums of weighted pixels, the two halves of the weights apart; wraps as the sum of the whole would.
template <class D32>
struct Sums {
  using D16 = hn::Repartition<int16_t, D32>;
  using V = hn::VFromD<D32>;
  V low, low_more, high, high_more;

  HWY_INLINE Sums() {
    const D32 d;
    low = hn::Set(d, 1 << (ResamplingAxis::kPrecision - 1));
    low_more = high = high_more = hn::Zero(d);
  }
  /// Adds pairs of taps: `pairs` holds two neighbors for each sum, the others their weights.
  HWY_INLINE void Add(hn::VFromD<D16> pairs, V low_weights, V high_weights) {
    const D32 d;
    const D16 d16;
    low = hn::ReorderWidenMulAccumulate(d, pairs, hn::BitCast(d16, low_weights), low, low_more);
    high = hn::ReorderWidenMulAccumulate(d, pairs, hn::BitCast(d16, high_weights), high, high_more);
  }
  HWY_INLINE V Total() const {
    const V whole = hn::Add(hn::ShiftLeft<ResamplingAxis::kLowBits>(hn::RearrangeToOddPlusEven(high, high_more)),
                            hn::RearrangeToOddPlusEven(low, low_more));
    return hn::ShiftRight<ResamplingAxis::kPrecision>(whole);
  }
};

/// One target row out of the source rows from `rows` on.
void Down(const uint8_t* HWY_RESTRICT rows, size_t stride, size_t count, const int32_t* low, const int32_t* high,
          size_t values, uint8_t* HWY_RESTRICT target) {
  const hn::ScalableTag<int16_t> d16;
  const hn::RepartitionToWide<decltype(d16)> d32;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const size_t lanes = hn::Lanes(d16);
  const auto block = [&](const uint8_t* at, size_t step, uint8_t* to) HWY_ATTR {
    Sums<decltype(d32)> left, right;
    for (size_t tap = 0; tap < count; tap += 2) {
      const uint8_t* first = at + tap * step;
      const auto a = hn::PromoteTo(d16, hn::LoadU(d8, first));
      const auto b = hn::PromoteTo(d16, hn::LoadU(d8, tap + 1 < count ? first + step : first));
      const auto low_weights = hn::Set(d32, low[tap / 2]), high_weights = hn::Set(d32, high[tap / 2]);
      left.Add(hn::InterleaveLower(d16, a, b), low_weights, high_weights);
      right.Add(hn::InterleaveUpper(d16, a, b), low_weights, high_weights);
    }
    hn::StoreU(hn::DemoteTo(d8, hn::ReorderDemote2To(d16, left.Total(), right.Total())), d8, to);
  };
  size_t i = 0;
  for (; i + lanes <= values; i += lanes) block(rows + i, stride, target + i);
  if (i == values) return;
  if (values >= lanes) return block(rows + values - lanes, stride, target + values - lanes);
  // A row shorter than a vector: one value after the other.
  for (; i < values; i++) {
    uint32_t sum = 1u << (ResamplingAxis::kPrecision - 1);
    for (size_t tap = 0; tap < count; tap++) {
      const auto half = [&](const int32_t* pairs) { return int16_t(uint32_t(pairs[tap / 2]) >> (tap % 2 * 16)); };
      const int32_t weight = half(high) * (1 << ResamplingAxis::kLowBits) + half(low);
      sum += uint32_t(weight) * rows[tap * stride + i];
    }
    const int32_t whole = int32_t(sum) >> ResamplingAxis::kPrecision;
    target[i] = uint8_t(whole < 0 ? 0 : whole > 255 ? 255 : whole);
  }
}

using Block = hn::FixedTag<uint8_t, 16>;

/// Two RGB pixels side by side as three pairs of 16-bit numbers, or the two after them.
HWY_ALIGN constexpr uint8_t kFirstPair[16] = {0, 128, 3, 128, 1, 128, 4, 128, 2, 128, 5, 128, 128, 128, 128, 128};
HWY_ALIGN constexpr uint8_t kSecondPair[16] = {6, 128, 9, 128, 7, 128, 10, 128, 8, 128, 11, 128, 128, 128, 128, 128};
HWY_ALIGN constexpr uint8_t kWithoutGaps[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 128, 128, 128, 128};

/// A row of RGB pixels resampled.
///
/// Sixteen bytes are read for each four taps. `blocks` has room for those of a run of target pixels.
void Across(const uint8_t* HWY_RESTRICT row, const ResamplingAxis& axis, uint8_t* HWY_RESTRICT blocks,
            uint8_t* HWY_RESTRICT target) {
  constexpr size_t kRun = ResamplingAxis::kRun;
  const hn::ScalableTag<int32_t> d32;
  const hn::Repartition<int16_t, decltype(d32)> d16;
  const hn::Repartition<uint8_t, decltype(d32)> d8;
  const hn::Rebind<uint8_t, decltype(d32)> quarter;
  const Block block;
  const size_t pixels = hn::Lanes(d32) / 4, fours = (axis.pairs + 1) / 2;
  const auto first_pair = hn::LoadDup128(d8, kFirstPair), second_pair = hn::LoadDup128(d8, kSecondPair);
  HWY_ALIGN uint8_t made[4 * kRun];
  for (size_t from = 0; from < axis.target; from += kRun) {
    // Copied together first: what a target pixel is made of lies anywhere.
    for (size_t four = 0; four < fours; four++)
      for (size_t x = 0; x < kRun; x++)
        hn::Store(hn::LoadU(block, row + 3 * size_t(axis.starts[from + x]) + 12 * four), block,
                  blocks + 16 * (four * kRun + x));
    for (size_t x = 0; x < kRun; x += pixels) {
      Sums<decltype(d32)> sums;
      for (size_t pair = 0; pair < axis.pairs; pair++) {
        const auto taps = hn::Load(d8, blocks + 16 * (pair / 2 * kRun + x));
        const auto two = hn::TableLookupBytesOr0(taps, pair % 2 == 0 ? first_pair : second_pair);
        const size_t at = 4 * (pair * axis.spread + from + x);
        sums.Add(hn::BitCast(d16, two), hn::LoadU(d32, axis.spread_low.data() + at),
                 hn::LoadU(d32, axis.spread_high.data() + at));
      }
      hn::StoreU(hn::DemoteTo(quarter, sums.Total()), quarter, made + 4 * x);
    }
    const auto put = [&](size_t x, uint8_t* to) HWY_ATTR {
      hn::StoreU(hn::TableLookupBytesOr0(hn::Load(block, made + 4 * x), hn::Load(block, kWithoutGaps)), block, to);
    };
    const size_t length = HWY_MIN(kRun, axis.target - from);
    uint8_t* const to = target + 3 * from;
    size_t x = 0;
    // Each store's last four bytes are written anew by the next.
    for (; from + x + 6 <= axis.target && x < length; x += 4) put(x, to + 3 * x);
    for (; x < length; x += 4) {
      HWY_ALIGN uint8_t rest[16];
      put(x, rest);
      memcpy(to + 3 * x, rest, 3 * HWY_MIN(4, length - x));
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(Down);
HWY_EXPORT(Across);

namespace {

/// A row of pixels of any number of channels, one value after the other.
void AcrossPlainly(const uint8_t* row, const ResamplingAxis& axis, size_t channels, uint8_t* target) {
  for (size_t x = 0; x < axis.target; x++) {
    const uint8_t* from = row + channels * size_t(axis.starts[x]);
    const int32_t *low = axis.low.data() + x * axis.pairs, *high = axis.high.data() + x * axis.pairs;
    for (size_t c = 0; c < channels; c++) {
      uint32_t sum = 1u << (ResamplingAxis::kPrecision - 1);
      for (size_t tap = 0; tap < size_t(axis.counts[x]); tap++) {
        const size_t shift = tap % 2 * 16;
        const int32_t weight = int16_t(uint32_t(high[tap / 2]) >> shift) * (1 << ResamplingAxis::kLowBits) +
                               int16_t(uint32_t(low[tap / 2]) >> shift);
        sum += uint32_t(weight) * from[tap * channels + c];
      }
      const int32_t whole = int32_t(sum) >> ResamplingAxis::kPrecision;
      *target++ = uint8_t(whole < 0 ? 0 : whole > 255 ? 255 : whole);
    }
  }
}

/// All rows of `source` resampled across, `step` bytes from row to row of `target`.
void AcrossAll(const mvk_pixels& source, ResamplingAxis& axis, uint8_t* target, size_t step) {
  static thread_local Scratch scratch;
  const size_t row_bytes = source.width * source.channels;
  // Whole vectors are read: beyond the last rows nothing may be there.
  const size_t margin = 6 * (axis.pairs + 1) + 16;
  const size_t blocks_bytes = 16 * ResamplingAxis::kRun * ((axis.pairs + 1) / 2);
  uint8_t *const blocks = scratch.Take<uint8_t>(blocks_bytes + row_bytes + margin), *const copy = blocks + blocks_bytes;
  memset(copy + row_bytes, 0, margin);
  if (source.channels == 3) axis.Spread();
  const auto across = HWY_DYNAMIC_DISPATCH(Across);
  for (size_t y = 0; y < source.height; y++) {
    const uint8_t* row = source.bytes + y * source.stride;
    if (source.channels != 3) {
      AcrossPlainly(row, axis, source.channels, target + y * step);
      continue;
    }
    if ((source.height - 1 - y) * source.stride < margin) {
      memcpy(copy, row, row_bytes);
      row = copy;
    }
    across(row, axis, blocks, target + y * step);
  }
}

void DownAll(const uint8_t* source, size_t stride, const ResamplingAxis& axis, size_t values, uint8_t* target) {
  const auto down = HWY_DYNAMIC_DISPATCH(Down);
  for (size_t y = 0; y < axis.target; y++)
    down(source + size_t(axis.starts[y]) * stride, stride, size_t(axis.counts[y]), axis.low.data() + y * axis.pairs,
         axis.high.data() + y * axis.pairs, values, target + y * values);
}

}  // namespace
}  // namespace mvk

namespace {
void Resample(const mvk_pixels* source, mvk_interval x, mvk_interval y, mvk_filter filter, size_t height, size_t width,
              uint8_t* target) {
  static thread_local mvk::ResamplingAxis across, down;
  static thread_local mvk::Scratch scratch;
  across.Plan(source->width, x, width, filter);
  down.Plan(source->height, y, height, filter);
  const size_t channels = source->channels, row = width * channels;
  mvk_pixels used = *source;
  const bool rows_first =
      height < source->height && int64_t(source->height - height) > 2 * (int64_t(source->width) - int64_t(width));
  if (across.is_identity || rows_first) {
    used.bytes += across.first * channels;
    used.width = across.end - across.first;
    used.height = height;
    used.stride = used.width * channels;
    uint8_t* const low = across.is_identity ? target : scratch.Take<uint8_t>(height * used.stride);
    mvk::DownAll(used.bytes, source->stride, down, used.stride, low);
    if (across.is_identity) return;
    used.bytes = low;
    across.Shift(across.first);
    return mvk::AcrossAll(used, across, target, row);
  }
  used.bytes += down.first * source->stride;
  used.height = down.end - down.first;
  uint8_t* const narrow = down.is_identity ? target : scratch.Take<uint8_t>(used.height * row);
  mvk::AcrossAll(used, across, narrow, row);
  if (down.is_identity) return;
  down.Shift(down.first);
  mvk::DownAll(narrow, row, down, row, target);
}
}  // namespace

int mvk_resample(const mvk_pixels* source, mvk_interval x, mvk_interval y, mvk_filter filter, size_t height,
                 size_t width, uint8_t* target) {
  // Swift cannot catch what is thrown here.
  try {
    Resample(source, x, y, filter, height, width, target);
    return 0;
  } catch (const std::bad_alloc&) {
    return -1;
  }
}
#endif
