#include "PairProducts.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace mvk {

static bool are_allowed = true;

void AllowPairProducts(bool allowed) { are_allowed = allowed; }

bool HasPairProducts() {
  static const bool has = __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw");
  return has && are_allowed;
}

// The sums of a strip begin at `bias`, a value a query, or at what is there if that is null.
__attribute__((always_inline, target("avx512f,avx512bw,avx512vnni"))) static inline void Load(
    const int32_t* bias, const int32_t* products, __m512i (&sum)[kStrip][2]) {
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kStrip; ++row) {
    sum[row][0] = bias ? _mm512_set1_epi32(bias[row]) : _mm512_loadu_si512(products + 32 * row);
    sum[row][1] = bias ? sum[row][0] : _mm512_loadu_si512(products + 32 * row + 16);
  }
}

__attribute__((always_inline, target("avx512f,avx512bw,avx512vnni"))) static inline void Store(
    const __m512i (&sum)[kStrip][2], int32_t* products) {
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kStrip; ++row) {
    _mm512_storeu_si512(products + 32 * row, sum[row][0]);
    _mm512_storeu_si512(products + 32 * row + 16, sum[row][1]);
  }
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void PairProducts(const int16_t* queries, const int16_t* train,
                                                                         size_t pairs, bool first, int32_t* products) {
  static constexpr int32_t kNothing[kStrip] = {};
  __m512i sum[kStrip][2];
  Load(first ? kNothing : nullptr, products, sum);
  const auto* pair = reinterpret_cast<const int32_t*>(queries);
  for (size_t p = 0; p < pairs; ++p, pair += kStrip, train += 64) {
    const __m512i left = _mm512_loadu_si512(train), right = _mm512_loadu_si512(train + 32);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kStrip; ++row) {
      const __m512i query = _mm512_set1_epi32(pair[row]);
      sum[row][0] = _mm512_dpwssd_epi32(sum[row][0], query, left);
      sum[row][1] = _mm512_dpwssd_epi32(sum[row][1], query, right);
    }
  }
  Store(sum, products);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void QuadProducts(const int8_t* queries, const int8_t* train,
                                                                         size_t quads, const int32_t* bias,
                                                                         int32_t* products) {
  __m512i sum[kStrip][2];
  Load(bias, products, sum);
  const auto* quad = reinterpret_cast<const int32_t*>(queries);
  for (size_t q = 0; q < quads; ++q, quad += kStrip, train += 128) {
    const __m512i left = _mm512_loadu_si512(train), right = _mm512_loadu_si512(train + 64);
#pragma clang loop unroll(full)
    for (size_t row = 0; row < kStrip; ++row) {
      const __m512i query = _mm512_set1_epi32(quad[row]);
      sum[row][0] = _mm512_dpbusd_epi32(sum[row][0], left, query);
      sum[row][1] = _mm512_dpbusd_epi32(sum[row][1], right, query);
    }
  }
  Store(sum, products);
}

// Of `kRows` rows at a time, so that waiting for one hides behind the others.
template <size_t kRows>
__attribute__((target("avx512f,avx512bw,avx512vnni"))) static void DotsOf(const int16_t* query, const int16_t* rows,
                                                                          size_t stride, const int32_t* chosen,
                                                                          int32_t* products) {
  const int16_t* row[kRows];
  __m512i even[kRows], odd[kRows];
#pragma clang loop unroll(full)
  for (size_t r = 0; r < kRows; ++r) {
    row[r] = rows + stride * chosen[r];
    even[r] = odd[r] = _mm512_setzero_si512();
  }
  for (size_t i = 0; i < stride; i += 64) {
    const __m512i left = _mm512_loadu_si512(query + i), right = _mm512_loadu_si512(query + i + 32);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < kRows; ++r) {
      even[r] = _mm512_dpwssd_epi32(even[r], left, _mm512_loadu_si512(row[r] + i));
      odd[r] = _mm512_dpwssd_epi32(odd[r], right, _mm512_loadu_si512(row[r] + i + 32));
    }
  }
#pragma clang loop unroll(full)
  for (size_t r = 0; r < kRows; ++r) products[r] = _mm512_reduce_add_epi32(_mm512_add_epi32(even[r], odd[r]));
}

void PairDots(const int16_t* query, const int16_t* rows, size_t stride, const int32_t* chosen, size_t count,
              int32_t* products) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    DotsOf<4>(query, rows, stride, chosen + i, products + i);
  }
  switch (count - i) {
    case 3:
      return DotsOf<3>(query, rows, stride, chosen + i, products + i);
    case 2:
      return DotsOf<2>(query, rows, stride, chosen + i, products + i);
    case 1:
      return DotsOf<1>(query, rows, stride, chosen + i, products + i);
    default:
      return;
  }
}

}  // namespace mvk

#else

namespace mvk {
bool HasPairProducts() { return false; }
void AllowPairProducts(bool) {}
void PairProducts(const int16_t*, const int16_t*, size_t, bool, int32_t*) {}
void QuadProducts(const int8_t*, const int8_t*, size_t, const int32_t*, int32_t*) {}
void PairDots(const int16_t*, const int16_t*, size_t, const int32_t*, size_t, int32_t*) {}
}  // namespace mvk

#endif
