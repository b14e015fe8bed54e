#include "CKernelsConversion.h"

#include <math.h>
#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Storage/Conversion.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Where the processor has no instruction for it, Highway's stand-in cuts digits off and takes neither infinities nor
// NaN, which mark rows that could not be read: there, one by one as F16C does it.
#if HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

void Widen(const void* source, float* target, size_t count) {
  const auto* from = static_cast<const unsigned char*>(source);
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, from + 2 * i, sizeof half);
    const uint32_t sign = uint32_t(half & 0x8000) << 16, exponent = half >> 10 & 31, mantissa = half & 0x3FF;
    uint32_t bits = (uint32_t(half & 0x7FFF) << 13) + 0x38000000;
    if (exponent == 31) bits = 0x7F800000 | mantissa << 13 | (mantissa ? 0x400000 : 0);
    if (exponent == 0) {
      const float small = float(mantissa) * 0x1p-24f;
      memcpy(&bits, &small, sizeof bits);
    }
    bits |= sign;
    memcpy(target + i, &bits, sizeof bits);
  }
}

void Narrow(const float* source, void* target, size_t count) {
  auto* to = static_cast<unsigned char*>(target);
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, source + i, sizeof bits);
    const uint32_t magnitude = bits & 0x7FFFFFFF;
    uint32_t half;
    if (magnitude > 0x7F800000) {
      half = 0x7E00 | (magnitude >> 13 & 0x3FF);
    } else if (magnitude >= 0x477FF000) {  // 65520, which rounds to infinity
      half = 0x7C00;
    } else if (magnitude < 0x38800000) {  // below the smallest normal half, 2^-14
      float small;
      memcpy(&small, &magnitude, sizeof small);
      half = uint32_t(nearbyintf(small * 0x1p24f));
    } else {
      half = (magnitude + 0xFFF + (magnitude >> 13 & 1) - 0x38000000) >> 13;
    }
    const uint16_t result = uint16_t(half | (bits >> 16 & 0x8000));
    memcpy(to + 2 * i, &result, sizeof result);
  }
}

#else

void Widen(const void* source, float* target, size_t count) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  const auto* from = static_cast<const hwy::float16_t*>(source);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::PromoteTo(d, hn::LoadU(half, from + i)), d, target + i);
  if (i < count) {
    HWY_ALIGN hwy::float16_t in[HWY_MAX_BYTES] = {};
    HWY_ALIGN float out[HWY_MAX_BYTES];
    memcpy(in, from + i, (count - i) * 2);
    hn::Store(hn::PromoteTo(d, hn::Load(half, in)), d, out);
    memcpy(target + i, out, (count - i) * 4);
  }
}

void Narrow(const float* source, void* target, size_t count) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<hwy::float16_t, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  auto* to = static_cast<hwy::float16_t*>(target);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::DemoteTo(half, hn::LoadU(d, source + i)), half, to + i);
  if (i < count) {
    HWY_ALIGN float in[HWY_MAX_BYTES] = {};
    HWY_ALIGN hwy::float16_t out[HWY_MAX_BYTES];
    memcpy(in, source + i, (count - i) * 4);
    hn::Store(hn::DemoteTo(half, hn::Load(d, in)), half, out);
    memcpy(to + i, out, (count - i) * 2);
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(Widen);
HWY_EXPORT(Narrow);
}  // namespace mvk

void mvk_float16_to_float32(const void* source, float* target, size_t count) {
  HWY_DYNAMIC_DISPATCH(mvk::Widen)(source, target, count);
}
void mvk_float32_to_float16(const float* source, void* target, size_t count) {
  HWY_DYNAMIC_DISPATCH(mvk::Narrow)(source, target, count);
}
#endif
