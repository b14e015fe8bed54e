#include <math.h>

#include "CKernelsPixels.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Pixels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

size_t FirstBeyond(const float* values, size_t count, float limit) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  const auto most = hn::Set(d, limit);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    if (!hn::AllTrue(d, hn::Le(hn::Abs(hn::LoadU(d, values + i)), most))) break;
  for (; i < count; i++)
    if (!(fabsf(values[i]) <= limit)) return i;
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(FirstBeyond);
}  // namespace mvk

size_t mvk_first_beyond(const float* values, size_t count, float limit) {
  return HWY_DYNAMIC_DISPATCH(mvk::FirstBeyond)(values, count, limit);
}
#endif
