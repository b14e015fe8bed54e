#ifndef CKERNELS_SKETCH_H
#define CKERNELS_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Writes the place of each of `count` coordinates: its column in bits 0 to 30, and bit 31 set where its sign is minus.
///
/// All arithmetic is 64-bit, modulo 2^64: h = mix(mix(seed) ^ i), column (h >> 32) * columns >> 32, sign bit h & 1,
/// where mix is the step and the finaliser of SplitMix64.
void mvk_sketch_table(uint64_t seed, size_t count, uint32_t columns, uint32_t* table);

/// Adds each of `count` values, with its sign, to its column, in the order of the values; `sketch` is not cleared
/// first.
void mvk_sketch_add(const float* values, const uint32_t* table, size_t count, float* sketch);

#ifdef __cplusplus
}
#endif

#endif
