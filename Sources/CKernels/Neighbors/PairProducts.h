// Products of small integers in the instructions that AVX-512 VNNI has for them, which Highway 1.0 never emits for 512
// bits.
#ifndef MVK_PAIR_PRODUCTS_H
#define MVK_PAIR_PRODUCTS_H

#include <stddef.h>
#include <stdint.h>

namespace mvk {

/// Queries in a packed strip.
constexpr size_t kStrip = 6;

/// Whether this processor has the instructions, and they are allowed.
bool HasPairProducts();

/// Allows the instructions, as at first, or forbids them.
void AllowPairProducts(bool allowed);

/// products[kStrip rows x 32] = queries . train over `pairs` pairs of values, added to what is there unless `first`.
void PairProducts(const int16_t* queries, const int16_t* train, size_t pairs, bool first, int32_t* products);

/// products[kStrip rows x 32] = queries . train over `quads` quadruples of values, int8 by uint8.
///
/// They are added to `bias`, a value a query, or to what is there if that is null.
void QuadProducts(const int8_t* queries, const int8_t* train, size_t quads, const int32_t* bias, int32_t* products);

/// Products of `query` with `count` of the rows of `stride` values, a multiple of 64.
void PairDots(const int16_t* query, const int16_t* rows, size_t stride, const int32_t* chosen, size_t count,
              int32_t* products);

}  // namespace mvk

#endif
