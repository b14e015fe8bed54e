// Products of 8-bit integers for the coarse screen, and what they ask of the values.
#if defined(MVK_COARSE_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_COARSE_PRODUCTS_INL_H
#undef MVK_COARSE_PRODUCTS_INL_H
#else
#define MVK_COARSE_PRODUCTS_INL_H
#endif

#include <stddef.h>
#include <stdint.h>

#include "Neighbors/Candidates-inl.h"
#include "PairProducts.h"
#include "hwy/highway.h"

#ifndef MVK_COARSE_PRODUCTS_CONSTANTS
#define MVK_COARSE_PRODUCTS_CONSTANTS
using mvk::kStrip;
// Quadruples whose products are summed in 16 bits, where they are.
static constexpr size_t kShortQuads = 8;
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Whether quadruples of products are summed in 32 bits by one instruction.
HWY_INLINE bool HasWideProducts() {
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  return HasPairProducts();
#else
  return false;
#endif
}

// Whether pairs of products are summed in 16 bits by one instruction, which is used in the place of the wide one.
HWY_INLINE bool HasShortProducts() {
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
  return !HasWideProducts();
#else
  return false;
#endif
}

// What is added to values of train rows, which are multiplied without sign.
HWY_INLINE int32_t Raise() { return HasShortProducts() ? 64 : 128; }

// The values of a query that take what was added to train rows away.
HWY_INLINE size_t Biases(size_t quads) { return HasShortProducts() ? (quads + kShortQuads - 1) / kShortQuads : 1; }

#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
using Bytes = hn::Repartition<int8_t, Floats>;
using Shorts = hn::Repartition<int16_t, Floats>;

// Sums of two products, of values without sign and values with one; Highway 1.0 has no name for it.
HWY_INLINE hn::Vec<Shorts> PairSums(hn::Vec<Bytes> rows, hn::Vec<Bytes> query) {
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<Shorts>{_mm512_maddubs_epi16(rows.raw, query.raw)};
#else
  return hn::Vec<Shorts>{_mm256_maddubs_epi16(rows.raw, query.raw)};
#endif
}

// As `MultiplyCoarse`. Sums of 16 bits may pass beyond them and come back: with the bias they fit.
HWY_INLINE void ShortProducts(const int8_t* HWY_RESTRICT queries, const int8_t* HWY_RESTRICT train, size_t quads,
                              const int32_t* HWY_RESTRICT bias, bool first, int32_t* HWY_RESTRICT products) {
  const Ints di;
  const Shorts d16;
  const Bytes d8;
  const size_t lanes = hn::Lanes(di);
  const auto one = hn::Set(d16, 1);
  const auto* quad = reinterpret_cast<const int32_t*>(queries);
  auto unused = hn::Zero(di);
  for (size_t start = 0; start < quads; start += kShortQuads, bias += kStrip) {
    hn::Vec<Shorts> sum[kStrip][2];
    for (size_t r = 0; r < kStrip; ++r) sum[r][0] = sum[r][1] = hn::BitCast(d16, hn::Set(di, bias[r]));
    const size_t here = HWY_MIN(kShortQuads, quads - start);
    for (size_t q = 0; q < here; ++q, quad += kStrip, train += 8 * lanes) {
      const auto left = hn::LoadU(d8, train), right = hn::LoadU(d8, train + 4 * lanes);
      for (size_t r = 0; r < kStrip; ++r) {
        const auto query = hn::BitCast(d8, hn::Set(di, quad[r]));
        sum[r][0] = hn::Add(sum[r][0], PairSums(left, query));
        sum[r][1] = hn::Add(sum[r][1], PairSums(right, query));
      }
    }
    const bool none = first && start == 0;
    for (size_t r = 0; r < kStrip; ++r) {
      for (size_t v = 0; v < 2; ++v) {
        int32_t* total = products + (2 * r + v) * lanes;
        const auto before = none ? hn::Zero(di) : hn::LoadU(di, total);
        hn::StoreU(hn::ReorderWidenMulAccumulate(di, sum[r][v], one, before, unused), di, total);
      }
    }
  }
}
#endif

// products[strip rows x 2 vectors], those before unless `first`, + queries . train over `quads` quadruples of values.
//
// `bias` is that of the first quadruple: a strip of values, and the next where there are more.
HWY_INLINE void MultiplyCoarse(const int8_t* queries, const int8_t* train, size_t quads, const int32_t* bias,
                               bool first, int32_t* products) {
#if HWY_TARGET <= HWY_AVX2 && HWY_ARCH_X86
  if (HasShortProducts()) return ShortProducts(queries, train, quads, bias, first, products);
#endif
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
  if (HasWideProducts()) return QuadProducts(queries, train, quads, first ? bias : nullptr, products);
#endif
  const size_t width = 2 * hn::Lanes(Floats());
  for (size_t r = 0; r < kStrip; ++r) {
    int32_t* sums = products + r * width;
    if (first) {
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

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
