#include "CKernelsPlanes.h"

#include <math.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/Planes.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

struct Bytes {
  static HWY_INLINE float One(uint8_t value) { return float(value) / 255.0f; }
  static HWY_INLINE V Widen(hn::VFromD<hn::Rebind<uint8_t, D>> value) {
    const D d;
    return hn::Div(hn::ConvertTo(d, hn::PromoteTo(hn::Rebind<int32_t, D>(), value)), hn::Set(d, 255.0f));
  }
};
struct Floats {
  static HWY_INLINE float One(float value) { return value; }
  static HWY_INLINE V Widen(V value) { return value; }
};

template <class Conversion, class Pixel>
HWY_INLINE void Part(const Pixel* HWY_RESTRICT image, size_t pixels, size_t channels, const float* means,
                     const float* deviations, float* HWY_RESTRICT planes) {
  const D d;
  const hn::Rebind<Pixel, D> from;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  const auto put = [&](hn::VFromD<decltype(from)> value, size_t c) HWY_ATTR {
    const V shifted = hn::Sub(Conversion::Widen(value), hn::Set(d, means[c]));
    hn::StoreU(hn::Div(shifted, hn::Set(d, deviations[c])), d, planes + c * pixels + i);
  };
  for (; i + lanes <= pixels; i += lanes) {
    if (channels == 3) {
      hn::VFromD<decltype(from)> r, g, b;
      hn::LoadInterleaved3(from, image + 3 * i, r, g, b);
      put(r, 0);
      put(g, 1);
      put(b, 2);
    } else {
      put(hn::LoadU(from, image + i), 0);
    }
  }
  for (; i < pixels; i++)
    for (size_t c = 0; c < channels; c++)
      planes[c * pixels + i] = (Conversion::One(image[i * channels + c]) - means[c]) / deviations[c];
}

void PlanesOfBytes(const uint8_t* image, size_t pixels, size_t channels, const float* means, const float* deviations,
                   float* planes) {
  Part<Bytes>(image, pixels, channels, means, deviations, planes);
}
void PlanesOfFloats(const float* image, size_t pixels, size_t channels, const float* means, const float* deviations,
                    float* planes) {
  Part<Floats>(image, pixels, channels, means, deviations, planes);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(PlanesOfBytes);
HWY_EXPORT(PlanesOfFloats);

namespace {
// Four sums at a time, added up in one order on every machine.
template <class Term>
double Sum(const float* values, size_t count, Term term) {
  double sums[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++) sums[k] += term(double(values[i + k]));
  for (; i < count; i++) sums[0] += term(double(values[i]));
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
}  // namespace
}  // namespace mvk

void mvk_planes(const mvk_image* image, const float* means, const float* deviations, float* planes) {
  const size_t pixels = image->height * image->width;
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::PlanesOfBytes)(image->bytes, pixels, image->channels, means, deviations, planes);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::PlanesOfFloats)(image->floats, pixels, image->channels, means, deviations, planes);
  }
}
void mvk_moments(const float* values, size_t count, double* mean, double* deviation) {
  const double middle = mvk::Sum(values, count, [](double value) { return value; }) / double(count);
  const double squares = mvk::Sum(values, count, [middle](double v) { return (v - middle) * (v - middle); });
  *mean = middle;
  *deviation = sqrt(squares / double(count));
}
#endif
