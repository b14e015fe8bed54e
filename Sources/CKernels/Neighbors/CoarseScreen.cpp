#include <string.h>

#include "CKernelsCoarseScreen.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Neighbors/CoarseScreen.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Neighbors/CoarseProducts-inl.h"
// clang-format on

#ifndef MVK_COARSE_SCREEN_CONSTANTS
#define MVK_COARSE_SCREEN_CONSTANTS
// The bytes of a panel a pass, half of the first-level cache.
static constexpr size_t kPanelBytes = 16 << 10;
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

void ScreenCoarse(const mvk_coarse_tile* tile, const mvk_coarse_block* block, size_t from, size_t to) {
  const Floats d;
  const Ints di;
  const size_t lanes = hn::Lanes(d);
  const size_t width = 2 * lanes;
  const size_t strips = (block->count + kStrip - 1) / kStrip;
  const size_t most = kPanelBytes / (4 * width);
  const size_t biases = Biases(tile->quads);
  for (size_t panel = from; panel < to; ++panel) {
    const int8_t* train = tile->packed + panel * width * 4 * tile->quads;
    for (size_t start = 0; start < tile->quads; start += most) {
      const size_t quads = HWY_MIN(most, tile->quads - start);
      for (size_t strip = 0; strip < strips; ++strip) {
        const int8_t* queries = block->packed + (strip * tile->quads + start) * kStrip * 4;
        const int32_t* bias = block->bias + (strip * biases + (biases == 1 ? 0 : start / kShortQuads)) * kStrip;
        MultiplyCoarse(queries, train + start * width * 4, quads, bias, start == 0,
                       block->products + strip * kStrip * width);
      }
    }
    for (size_t v = 0; v < 2; ++v) {
      const size_t row = panel * width + v * lanes;
      const auto step = hn::LoadU(d, tile->step + row);
      const auto norm = hn::LoadU(d, tile->norm + row);
      const auto lost = hn::LoadU(d, tile->lost + row);
      const auto factor = hn::LoadU(d, tile->factor + row);
      const auto slack = hn::LoadU(d, tile->slack + row);
      const auto offset = hn::LoadU(d, tile->offset + row);
      const auto number = hn::Iota(di, static_cast<int32_t>(row));
      for (size_t q = 0; q < block->count; ++q) {
        const auto product = hn::ConvertTo(d, hn::LoadU(di, block->products + q * width + v * lanes));
        auto upper = hn::MulAdd(hn::Set(d, block->scale[q]), offset, slack);
        upper = hn::MulAdd(hn::Set(d, block->own[q]), factor, upper);
        upper = hn::MulAdd(hn::Set(d, block->lost[q]), norm, upper);
        upper = hn::MulAdd(hn::Set(d, block->kept[q]), lost, upper);
        upper = hn::MulAdd(hn::Mul(product, step), hn::Set(d, block->step[q]), upper);
        const auto keep = hn::Ge(upper, hn::Set(d, block->threshold[q]));
        if (HWY_LIKELY(hn::AllFalse(d, keep))) continue;
        Append(di, number, hn::RebindMask(di, keep), block->found + q * block->room + block->counts[q]);
        block->counts[q] += static_cast<int32_t>(hn::CountTrue(d, keep));
      }
    }
  }
}

// Products of `query` with rows of `stride` values, as many as fit a vector; those of one hide waiting for the others.
template <size_t kRows>
HWY_INLINE void DotsOf(const int16_t* HWY_RESTRICT query, const int16_t* HWY_RESTRICT rows, size_t stride,
                       const int32_t* HWY_RESTRICT chosen, int32_t* HWY_RESTRICT products) {
  const Ints d;
  const hn::Repartition<int16_t, Ints> d16;
  const int16_t* row[kRows];
  hn::Vec<Ints> even[kRows], odd[kRows];
  for (size_t r = 0; r < kRows; ++r) {
    row[r] = rows + stride * chosen[r];
    even[r] = odd[r] = hn::Zero(d);
  }
  for (size_t i = 0; i < stride; i += hn::Lanes(d16)) {
    const auto asked = hn::LoadU(d16, query + i);
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = hn::ReorderWidenMulAccumulate(d, asked, hn::LoadU(d16, row[r] + i), even[r], odd[r]);
    }
  }
  for (size_t r = 0; r < kRows; ++r) products[r] = hn::GetLane(hn::SumOfLanes(d, hn::Add(even[r], odd[r])));
}

HWY_INLINE void Dots(const int16_t* query, const int16_t* rows, size_t stride, const int32_t* chosen, size_t count,
                     int32_t* products) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if (HasPairProducts()) return PairDots(query, rows, stride, chosen, count, products);
#endif
  size_t i = 0;
  for (; i + 4 <= count; i += 4) DotsOf<4>(query, rows, stride, chosen + i, products + i);
  for (; i < count; ++i) DotsOf<1>(query, rows, stride, chosen + i, products + i);
}

size_t ScreenFound(const mvk_train_tile* tile, const mvk_query_block* block, size_t query, const int16_t* asked,
                   const int16_t* rows, size_t stride, const int32_t* found, size_t start, size_t count) {
  const Floats d;
  const Ints di;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN int32_t products[HWY_LANES(int32_t)] = {};
  HWY_ALIGN int32_t chosen[HWY_LANES(int32_t)] = {};
  for (size_t i = start; i < count; i += lanes) {
    const size_t here = HWY_MIN(lanes, count - i);
    memcpy(chosen, found + i, here * sizeof(int32_t));
    Dots(asked, rows, stride, chosen, here, products);
    const auto index = hn::Load(di, chosen);
    const auto number = hn::Add(index, hn::Set(di, tile->first));
    if (Keep(block, query, hn::Load(di, products), hn::GatherIndex(d, tile->factor, index),
             hn::GatherIndex(d, tile->slack, index), hn::GatherIndex(d, tile->offset, index), number,
             hn::FirstN(d, here))) {
      return i + here;
    }
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(ScreenCoarse);
HWY_EXPORT(ScreenFound);
}  // namespace mvk

void mvk_coarse_screen(const mvk_coarse_tile* tile, const mvk_coarse_block* block, size_t from, size_t to) {
  HWY_DYNAMIC_DISPATCH(mvk::ScreenCoarse)(tile, block, from, to);
}

size_t mvk_screen_found(const mvk_train_tile* tile, const mvk_query_block* block, size_t query, const int16_t* asked,
                        const int16_t* rows, size_t stride, const int32_t* found, size_t start, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::ScreenFound)(tile, block, query, asked, rows, stride, found, start, count);
}
#endif
