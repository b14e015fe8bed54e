#include "CKernelsFinite.h"

#include <math.h>
#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Storage/Finite.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

size_t FirstBeyond(const void* data, size_t count, float limit) {
  const auto* values = static_cast<const float*>(data);
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto most = hn::Set(d, limit);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    if (!hn::AllTrue(d, hn::Le(hn::Abs(hn::LoadU(d, values + i)), most))) break;
  for (; i < count; i++) {
    float value;  // the values of a mapped file may be unaligned
    memcpy(&value, values + i, sizeof value);
    if (!(fabsf(value) <= limit)) return i;
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(FirstBeyond);
}  // namespace mvk

size_t mvk_first_beyond(const void* values, size_t count, float largest) {
  return HWY_DYNAMIC_DISPATCH(mvk::FirstBeyond)(values, count, largest);
}

// A stretch at a time without branches, which compilers turn into SIMD; value by value only where one is found.
size_t mvk_first_not_finite_float16(const void* values, size_t count) {
  constexpr size_t kStretch = 1024;
  uint16_t bits[kStretch];
  for (size_t start = 0; start < count; start += kStretch) {
    const size_t length = count - start < kStretch ? count - start : kStretch;
    memcpy(bits, static_cast<const unsigned char*>(values) + 2 * start, 2 * length);
    uint16_t found = 0;
    for (size_t i = 0; i < length; ++i) found |= (bits[i] & 0x7C00) == 0x7C00;
    if (!found) continue;
    for (size_t i = 0; i < length; ++i)
      if ((bits[i] & 0x7C00) == 0x7C00) return start + i;
  }
  return count;
}
#endif
