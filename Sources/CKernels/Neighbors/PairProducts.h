// Products of pairs of int16 in the one instruction that AVX-512 VNNI has for them, which Highway 1.0 never emits for
// 512 bits.
#ifndef MVK_PAIR_PRODUCTS_H
#define MVK_PAIR_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

namespace mvk {

/// Queries in a packed strip.
constexpr size_t kStrip = 6;

/// Whether this processor has the instruction, and it is allowed.
bool HasPairProducts();

/// Allows the instruction, as at first, or forbids it.
void AllowPairProducts(bool allowed);

/// products[kStrip rows x 32] = queries . train over `pairs` pairs of values, added to what is there unless `first`.
void PairProducts(const int16_t* queries, const int16_t* train, size_t pairs, bool first, int32_t* products);

}  // namespace mvk

#endif
