// What number stands for a neighborhood of a local binary pattern.
#include "CKernelsLBP.h"

namespace {

uint32_t CountOnes(uint32_t bits) {
  bits -= (bits >> 1) & 0x55555555u;
  bits = (bits & 0x33333333u) + ((bits >> 2) & 0x33333333u);
  return (((bits + (bits >> 4)) & 0x0F0F0F0Fu) * 0x01010101u) >> 24;
}
uint32_t FirstOne(uint32_t bits) { return CountOnes((bits & (0 - bits)) - 1); }

}  // namespace

uint32_t mvk_lbp_code(int32_t method, int32_t points, uint32_t bits) {
  const uint32_t count = uint32_t(points);
  const uint32_t all = count == 32 ? ~0u : (1u << count) - 1;
  if (method == MVK_LBP_DEFAULT) return bits;
  if (method == MVK_LBP_ROR) {
    uint32_t least = bits, turned = bits;
    for (uint32_t i = 1; i < count; i++) {
      turned = (turned >> 1) | ((turned & 1) << (count - 1));
      if (turned < least) least = turned;
    }
    return least;
  }
  // Changes are counted along the chain, not around the circle: that is the peer's definition.
  const uint32_t changes = CountOnes((bits ^ (bits >> 1)) & (all >> 1));
  const uint32_t ones = CountOnes(bits);
  if (method == MVK_LBP_UNIFORM) return changes <= 2 ? ones : count + 1;
  if (changes > 2) return count * (count - 1) + 2;
  if (ones == 0) return 0;
  if (ones == count) return count * (count - 1) + 1;
  const uint32_t first_one = FirstOne(bits), first_zero = FirstOne(~bits & all);
  const uint32_t turns = first_one == 0 ? ones - first_zero : count - first_one;
  return 1 + (ones - 1) * count + turns;
}
