#include "CKernelsConversion.h"

#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Storage/Conversion.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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
