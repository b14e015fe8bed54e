#include <float.h>
#include <math.h>
#include <string.h>

#include "CKernelsTopK.h"
#include "PairProducts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Neighbors/TopK.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Neighbors/Candidates-inl.h"
// clang-format on

#ifndef MVK_TOP_K_CONSTANTS
#define MVK_TOP_K_CONSTANTS
using mvk::kStrip;
// Pairs a pass: a panel of 16 rows then fills half of the first-level cache.
static constexpr size_t kPairs = 256;
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

size_t Panel() { return 2 * hn::Lanes(Floats()); }

double Quantise(const float* row, float scale, int16_t* quantised, size_t count) {
  const Floats d;
  const hn::Rebind<int16_t, Floats> d16;
  const size_t lanes = hn::Lanes(d);
  const auto s = hn::Set(d, scale);
  auto lost = hn::Zero(d);
  double total = 0;
  size_t i = 0;
  for (size_t block = 0; i + lanes <= count; i += lanes) {
    const auto exact = hn::Mul(hn::LoadU(d, row + i), s);
    const auto nearest = hn::NearestInt(exact);
    const auto difference = hn::Sub(exact, hn::ConvertTo(d, nearest));
    lost = hn::MulAdd(difference, difference, lost);
    hn::StoreU(hn::DemoteTo(d16, nearest), d16, quantised + i);
    if (++block == 512) {
      total += hn::GetLane(hn::SumOfLanes(d, lost));
      lost = hn::Zero(d);
      block = 0;
    }
  }
  total += hn::GetLane(hn::SumOfLanes(d, lost));
  for (; i < count; ++i) {
    const float exact = row[i] * scale;
    const float nearest = nearbyintf(exact);
    quantised[i] = static_cast<int16_t>(nearest);
    total += static_cast<double>(exact - nearest) * (exact - nearest);
  }
  return total;
}

// products[strip rows x 2 vectors] (+)= queries . train over `pairs` pairs of values.
template <bool kFirst>
HWY_INLINE void Multiply(const int16_t* HWY_RESTRICT queries, const int16_t* HWY_RESTRICT train, size_t pairs,
                         int32_t* HWY_RESTRICT products) {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if (HasPairProducts()) return PairProducts(queries, train, pairs, kFirst, products);
#endif
  const Ints d;
  const hn::Repartition<int16_t, Ints> d16;
  const size_t lanes = hn::Lanes(d);
  using V = hn::Vec<Ints>;
  V sum[kStrip][2], other[kStrip][2];
  for (size_t r = 0; r < kStrip; ++r) {
    for (size_t v = 0; v < 2; ++v) {
      sum[r][v] = kFirst ? hn::Zero(d) : hn::LoadU(d, products + (2 * r + v) * lanes);
      other[r][v] = hn::Zero(d);
    }
  }
  const auto* pair = reinterpret_cast<const int32_t*>(queries);
  for (size_t p = 0; p < pairs; ++p) {
    const auto left = hn::LoadU(d16, train);
    const auto right = hn::LoadU(d16, train + 2 * lanes);
    HWY_UNROLL(6)
    for (size_t r = 0; r < kStrip; ++r) {
      const auto query = hn::BitCast(d16, hn::Set(d, pair[r]));
      sum[r][0] = hn::ReorderWidenMulAccumulate(d, query, left, sum[r][0], other[r][0]);
      sum[r][1] = hn::ReorderWidenMulAccumulate(d, query, right, sum[r][1], other[r][1]);
    }
    pair += kStrip;
    train += 4 * lanes;
  }
  for (size_t r = 0; r < kStrip; ++r) {
    for (size_t v = 0; v < 2; ++v) {
      hn::StoreU(hn::RearrangeToOddPlusEven(sum[r][v], other[r][v]), d, products + (2 * r + v) * lanes);
    }
  }
}

size_t Screen(const mvk_train_tile* tile, const mvk_query_block* block, size_t panel) {
  const Floats d;
  const Ints di;
  const size_t lanes = hn::Lanes(d);
  const size_t width = 2 * lanes;
  const size_t strips = (block->count + kStrip - 1) / kStrip;
  for (; panel < tile->panels; ++panel) {
    const int16_t* train = tile->packed + panel * width * 2 * tile->pairs;
    for (size_t start = 0; start < tile->pairs; start += kPairs) {
      const size_t pairs = HWY_MIN(kPairs, tile->pairs - start);
      for (size_t strip = 0; strip < strips; ++strip) {
        const int16_t* queries = block->packed + (strip * tile->pairs + start) * kStrip * 2;
        int32_t* products = block->products + strip * kStrip * width;
        if (start == 0) {
          Multiply<true>(queries, train, pairs, products);
        } else {
          Multiply<false>(queries, train + start * width * 2, pairs, products);
        }
      }
    }
    bool full = false;
    for (size_t v = 0; v < 2; ++v) {
      const size_t row = panel * width + v * lanes;
      const auto factor = hn::LoadU(d, tile->factor + row);
      const auto slack = hn::LoadU(d, tile->slack + row);
      const auto offset = hn::LoadU(d, tile->offset + row);
      const auto number = hn::Iota(di, tile->first + static_cast<int32_t>(row));
      const auto all = hn::FirstN(d, lanes);
      for (size_t q = 0; q < block->count; ++q) {
        const auto product = hn::LoadU(di, block->products + q * width + v * lanes);
        full |= Keep(block, q, product, factor, slack, offset, number, all);
      }
    }
    if (full) return panel + 1;
  }
  return panel;
}

HWY_INLINE size_t CountAtLeast(const float* values, size_t count, float bound) {
  const Floats d;
  const size_t lanes = hn::Lanes(d);
  const auto b = hn::Set(d, bound);
  size_t found = 0, i = 0;
  for (; i + lanes <= count; i += lanes) found += hn::CountTrue(d, hn::Ge(hn::LoadU(d, values + i), b));
  for (; i < count; ++i) found += values[i] >= bound;
  return found;
}

size_t Compact(const mvk_query_block* block, size_t query, size_t k, int tight) {
  const Floats d;
  const Ints di;
  const size_t lanes = hn::Lanes(d);
  float* upper = block->upper + query * block->capacity;
  float* lower = block->lower + query * block->capacity;
  int32_t* rows = block->rows + query * block->capacity;
  const size_t count = block->counts[query];
  if (count < k) return count;
  // The k-th largest lower bound lies in [low, high]; halve until few enough lie between.
  float low = FLT_MAX, high = -FLT_MAX;
  size_t first = 0;
  if (count >= lanes) {
    auto least = hn::LoadU(d, lower), most = least;
    for (; first + lanes <= count; first += lanes) {
      const auto values = hn::LoadU(d, lower + first);
      least = hn::Min(least, values);
      most = hn::Max(most, values);
    }
    low = hn::GetLane(hn::MinOfLanes(d, least));
    high = hn::GetLane(hn::MaxOfLanes(d, most));
  }
  for (; first < count; ++first) {
    low = HWY_MIN(low, lower[first]);
    high = HWY_MAX(high, lower[first]);
  }
  const size_t enough = tight ? k : k + k / 16 + 1;
  size_t above = count;
  for (int step = 0; step < 40 && above > enough; ++step) {
    const float middle = low + (high - low) * 0.5f;
    if (!(middle > low && middle <= high)) break;
    const size_t found = CountAtLeast(lower, count, middle);
    if (found >= k) {
      low = middle;
      above = found;
    } else {
      high = middle;
    }
  }
  block->threshold[query] = HWY_MAX(block->threshold[query], low);
  const auto threshold = hn::Set(d, block->threshold[query]);
  size_t left = 0;
  for (size_t i = 0; i < count; i += lanes) {
    const auto u = hn::LoadU(d, upper + i);
    const auto l = hn::LoadU(d, lower + i);
    const auto r = hn::LoadU(di, rows + i);
    const auto keep = hn::And(hn::Ge(u, threshold), hn::FirstN(d, count - i));
    Append(d, u, keep, upper + left);
    Append(d, l, keep, lower + left);
    Append(di, r, hn::RebindMask(di, keep), rows + left);
    left += hn::CountTrue(d, keep);
  }
  block->counts[query] = static_cast<int32_t>(left);
  return left;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(Panel);
HWY_EXPORT(Quantise);
HWY_EXPORT(Screen);
HWY_EXPORT(Compact);
}  // namespace mvk

size_t mvk_screen_strip(void) { return kStrip; }
size_t mvk_screen_panel(void) { return HWY_DYNAMIC_DISPATCH(mvk::Panel)(); }

double mvk_quantise(const float* row, float scale, int16_t* quantised, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::Quantise)(row, scale, quantised, count);
}

void mvk_screen_pack(const int16_t* rows, size_t stride, size_t count, size_t pairs, size_t width, int16_t* packed) {
  for (size_t row = 0; row < width; ++row) {
    char* to = reinterpret_cast<char*>(packed) + row * 4;
    const char* from = reinterpret_cast<const char*>(rows + row * stride);
    for (size_t pair = 0; pair < pairs; ++pair, to += width * 4, from += 4) {
      if (row < count) {
        memcpy(to, from, 4);
      } else {
        memset(to, 0, 4);
      }
    }
  }
}

size_t mvk_screen(const mvk_train_tile* tile, const mvk_query_block* block, size_t panel) {
  return HWY_DYNAMIC_DISPATCH(mvk::Screen)(tile, block, panel);
}
size_t mvk_screen_compact(const mvk_query_block* block, size_t query, size_t k, int tight) {
  return HWY_DYNAMIC_DISPATCH(mvk::Compact)(block, query, k, tight);
}
#endif
