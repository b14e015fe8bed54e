#include "CKernelsSketch.h"

#include <string.h>

namespace {

constexpr uint32_t kMinus = 0x80000000u;

uint64_t Mix(uint64_t value) {
  value += 0x9E3779B97F4A7C15u;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

}  // namespace

void mvk_sketch_table(uint64_t seed, size_t count, uint32_t columns, uint32_t* table) {
  const uint64_t start = Mix(seed);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t hash = Mix(start ^ i);
    const uint32_t column = static_cast<uint32_t>(((hash >> 32) * columns) >> 32);
    table[i] = (hash & 1) != 0 ? column | kMinus : column;
  }
}

// A scatter has no vector form worth having: two lanes may meet in one column. The table turns each value into a load,
// an exclusive or, and an addition in the first-level cache, which is one or two cycles; and with additions alone, in
// one order, every machine gives the same bits.
void mvk_sketch_add(const float* values, const uint32_t* table, size_t count, float* sketch) {
  for (size_t i = 0; i < count; ++i) {
    const uint32_t entry = table[i];
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    bits ^= entry & kMinus;
    float value;
    memcpy(&value, &bits, sizeof value);
    sketch[entry & ~kMinus] += value;
  }
}
