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

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void PairProducts(const int16_t* queries, const int16_t* train,
                                                                         size_t pairs, bool first, int32_t* products) {
  __m512i sum[kStrip][2];
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kStrip; ++row) {
    sum[row][0] = first ? _mm512_setzero_si512() : _mm512_loadu_si512(products + 32 * row);
    sum[row][1] = first ? _mm512_setzero_si512() : _mm512_loadu_si512(products + 32 * row + 16);
  }
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
#pragma clang loop unroll(full)
  for (size_t row = 0; row < kStrip; ++row) {
    _mm512_storeu_si512(products + 32 * row, sum[row][0]);
    _mm512_storeu_si512(products + 32 * row + 16, sum[row][1]);
  }
}

}  // namespace mvk

#else

namespace mvk {
bool HasPairProducts() { return false; }
void AllowPairProducts(bool) {}
void PairProducts(const int16_t*, const int16_t*, size_t, bool, int32_t*) {}
}  // namespace mvk

#endif
