#include <math.h>
#include <string.h>

#include "CKernelsCoarseScreen.h"
#include "PairProducts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Neighbors/CoarseScreen.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Neighbors/Candidates-inl.h"
// clang-format on

#ifndef MVK_COARSE_SCREEN_CONSTANTS
#define MVK_COARSE_SCREEN_CONSTANTS
using mvk::kStrip;
// Quadruples a pass: a panel of 32 rows then fills half of the first-level cache.
static constexpr size_t kQuads = 128;
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

// Whether products of int8 and of chosen rows have their own instructions here.
HWY_INLINE bool HasProducts() {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  return HasPairProducts();
#else
  return false;
#endif
}

int IsFast() { return HasProducts(); }

void Coarsen(const int16_t* row, const int16_t* mean, size_t count, int8_t* coarse, mvk_coarse_row* made) {
  const Floats d;
  const Ints di;
  const hn::Rebind<int16_t, Floats> d16;
  const hn::Rebind<int8_t, Floats> d8;
  const size_t lanes = hn::Lanes(d);
  auto most = hn::Set(di, 1);
  for (size_t i = 0; i < count; i += lanes) {
    const auto rest = hn::Sub(hn::PromoteTo(di, hn::LoadU(d16, row + i)), hn::PromoteTo(di, hn::LoadU(d16, mean + i)));
    most = hn::Max(most, hn::Abs(rest));
  }
  // Of 16 bits, rounded up: whole multiples of it, and what rounding to them loses, are exact in float32.
  float step = static_cast<float>(hn::GetLane(hn::MaxOfLanes(di, most))) / 127.0f * 1.00001f;
  uint32_t bits;
  memcpy(&bits, &step, 4);
  bits = (bits + 0xff) & ~0xffu;
  memcpy(&step, &bits, 4);
  const auto steps = hn::Set(d, step), inverse = hn::Set(d, 1 / step);
  auto sum = hn::Zero(di);
  double lost = 0, norm = 0, rest_of_mean = 0;
  // Sums of 16 terms in float32 are off by at most a millionth of the terms' magnitudes.
  for (size_t start = 0; start < count; start += 16 * lanes) {
    auto lost_here = hn::Zero(d), norm_here = hn::Zero(d), rest_here = hn::Zero(d);
    const size_t end = HWY_MIN(count, start + 16 * lanes);
    for (size_t i = start; i < end; i += lanes) {
      const auto middle = hn::PromoteTo(di, hn::LoadU(d16, mean + i));
      const auto rest = hn::ConvertTo(d, hn::Sub(hn::PromoteTo(di, hn::LoadU(d16, row + i)), middle));
      const auto nearest = hn::NearestInt(hn::Mul(rest, inverse));
      const auto gap = hn::Sub(rest, hn::Mul(hn::ConvertTo(d, nearest), steps));
      lost_here = hn::MulAdd(gap, gap, lost_here);
      norm_here = hn::MulAdd(rest, rest, norm_here);
      rest_here = hn::MulAdd(rest, hn::ConvertTo(d, middle), rest_here);
      sum = hn::Add(sum, nearest);
      hn::StoreU(hn::DemoteTo(d8, nearest), d8, coarse + i);
    }
    lost += hn::GetLane(hn::SumOfLanes(d, lost_here));
    norm += hn::GetLane(hn::SumOfLanes(d, norm_here));
    rest_of_mean += hn::GetLane(hn::SumOfLanes(d, rest_here));
  }
  made->step = step;
  made->lost = static_cast<float>(sqrt(lost) * 1.00001);
  made->norm = static_cast<float>(sqrt(norm) * 1.00001);
  made->kept = made->norm + made->lost;
  made->sum = hn::GetLane(hn::SumOfLanes(di, sum));
  made->rest = rest_of_mean;
}

// products[strip rows x 2 vectors] = bias, or what is there, + queries . train over `quads` quadruples of values.
HWY_INLINE void MultiplyCoarse(const int8_t* queries, const int8_t* train, size_t quads, const int32_t* bias,
                               int32_t* products) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if (HasPairProducts()) return QuadProducts(queries, train, quads, bias, products);
#endif
  const size_t width = 2 * hn::Lanes(Floats());
  for (size_t r = 0; r < kStrip; ++r) {
    int32_t* sums = products + r * width;
    if (bias) {
      for (size_t j = 0; j < width; ++j) sums[j] = bias[r];
    }
    for (size_t q = 0; q < quads; ++q) {
      const int8_t* query = queries + (q * kStrip + r) * 4;
      const uint8_t* rows = reinterpret_cast<const uint8_t*>(train) + q * width * 4;
      for (size_t j = 0; j < width; ++j) {
        // Sums may pass beyond 32 bits and come back, as the instruction's do.
        const int32_t four = query[0] * rows[4 * j] + query[1] * rows[4 * j + 1] + query[2] * rows[4 * j + 2] +
                             query[3] * rows[4 * j + 3];
        sums[j] = static_cast<int32_t>(static_cast<uint32_t>(sums[j]) + static_cast<uint32_t>(four));
      }
    }
  }
}

void ScreenCoarse(const mvk_coarse_tile* tile, const mvk_coarse_block* block, size_t from, size_t to) {
  const Floats d;
  const Ints di;
  const size_t lanes = hn::Lanes(d);
  const size_t width = 2 * lanes;
  const size_t strips = (block->count + kStrip - 1) / kStrip;
  for (size_t panel = from; panel < to; ++panel) {
    const int8_t* train = tile->packed + panel * width * 4 * tile->quads;
    for (size_t start = 0; start < tile->quads; start += kQuads) {
      const size_t quads = HWY_MIN(kQuads, tile->quads - start);
      for (size_t strip = 0; strip < strips; ++strip) {
        const int8_t* queries = block->packed + (strip * tile->quads + start) * kStrip * 4;
        MultiplyCoarse(queries, train + start * width * 4, quads, start == 0 ? block->bias + strip * kStrip : nullptr,
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

HWY_INLINE int32_t PairDot(const int16_t* left, const int16_t* right, size_t count) {
  const Ints d;
  const hn::Repartition<int16_t, Ints> d16;
  auto even = hn::Zero(d), odd = hn::Zero(d);
  for (size_t i = 0; i < count; i += hn::Lanes(d16)) {
    even = hn::ReorderWidenMulAccumulate(d, hn::LoadU(d16, left + i), hn::LoadU(d16, right + i), even, odd);
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
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
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
    if (HasPairProducts()) {
      PairDots(asked, rows, stride, chosen, here, products);
    } else
#endif
    {
      for (size_t r = 0; r < here; ++r) products[r] = PairDot(asked, rows + stride * chosen[r], stride);
    }
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
HWY_EXPORT(IsFast);
HWY_EXPORT(Coarsen);
HWY_EXPORT(ScreenCoarse);
HWY_EXPORT(ScreenFound);
}  // namespace mvk

int mvk_coarse_is_fast(void) { return HWY_DYNAMIC_DISPATCH(mvk::IsFast)(); }

void mvk_coarsen(const int16_t* row, const int16_t* mean, size_t count, int8_t* coarse, mvk_coarse_row* made) {
  HWY_DYNAMIC_DISPATCH(mvk::Coarsen)(row, mean, count, coarse, made);
}

void mvk_coarse_pack(const int8_t* rows, size_t stride, size_t count, size_t quads, size_t width, int is_train,
                     int8_t* packed) {
  const uint32_t raised = is_train ? 0x80808080u : 0;
  for (size_t row = 0; row < width; ++row) {
    char* to = reinterpret_cast<char*>(packed) + row * 4;
    const char* from = reinterpret_cast<const char*>(rows + row * stride);
    for (size_t quad = 0; quad < quads; ++quad, to += width * 4, from += 4) {
      uint32_t values = 0;
      if (row < count) memcpy(&values, from, 4);
      values ^= raised;
      memcpy(to, &values, 4);
    }
  }
}

void mvk_coarse_screen(const mvk_coarse_tile* tile, const mvk_coarse_block* block, size_t from, size_t to) {
  HWY_DYNAMIC_DISPATCH(mvk::ScreenCoarse)(tile, block, from, to);
}

size_t mvk_screen_found(const mvk_train_tile* tile, const mvk_query_block* block, size_t query, const int16_t* asked,
                        const int16_t* rows, size_t stride, const int32_t* found, size_t start, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::ScreenFound)(tile, block, query, asked, rows, stride, found, start, count);
}
#endif
