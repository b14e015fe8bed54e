#include "CKernelsLocalDeviation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/LocalDeviation.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// The variance is what is left of two large numbers: it must be rounded alike on every instruction set.
#pragma clang fp contract(off)

#ifndef MVK_LOCAL_DEVIATION_SHARED
#define MVK_LOCAL_DEVIATION_SHARED
namespace mvk {

/// Where things stand in the scratch memory, in doubles: one padded row, and the sums and sums of squares along as many
/// rows as the window is high.
struct LocalDeviationLayout {
  static constexpr size_t kMargin = 16;

  LocalDeviationLayout(size_t width, size_t window) {
    stride = (width + 2 * window + 2 * kMargin) / kMargin * kMargin;
    sums = stride;
    squares = sums + window * stride;
    size = squares + window * stride;
  }
  size_t stride, sums, squares, size;
};

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

// The sums along a row of the window's width.
HWY_INLINE void SumAlong(const double* padded, size_t width, size_t window, double* HWY_RESTRICT sums,
                         double* HWY_RESTRICT squares) {
  const D d;
  for (size_t x = 0; x < width; x += hn::Lanes(d)) {
    V sum = hn::Zero(d), square = sum;
    for (size_t i = 0; i < window; i++) {
      const V value = hn::LoadU(d, padded + x + i);
      sum = hn::Add(sum, value);
      square = hn::Add(square, hn::Mul(value, value));
    }
    hn::Store(sum, d, sums + x);
    hn::Store(square, d, squares + x);
  }
}

template <class Pixel>
HWY_INLINE void Deviations(const LocalDeviationLayout& g, const Pixel* HWY_RESTRICT image, size_t height, size_t width,
                           size_t channels, size_t window, float* HWY_RESTRICT to, double* scratch) {
  const D d;
  const hn::Rebind<float, D> single;
  const size_t lanes = hn::Lanes(d), reach = window / 2;
  const double count = double(window * window), unit = sizeof(Pixel) == 1 ? 255.0 : 1.0;
  const V pixels = hn::Set(d, count), scale = hn::Set(d, 1 / (count * count * unit * unit)), zero = hn::Zero(d);
  const V least = hn::Set(d, 1e-8);
  double *padded = scratch, *sums = scratch + g.sums, *squares = scratch + g.squares;
  const auto mirrored = [](ptrdiff_t index, size_t length) {
    const ptrdiff_t last = ptrdiff_t(length) - 1;
    return size_t(index < 0 ? -index : index > last ? 2 * last - index : index);
  };
  for (size_t c = 0; c < channels; c++) {
    // Row r of the padded image stands at r % window.
    for (size_t r = 0; r < height + 2 * reach; r++) {
      const Pixel* row = image + mirrored(ptrdiff_t(r) - ptrdiff_t(reach), height) * width * channels + c;
      for (size_t x = 0; x < reach; x++) {
        padded[x] = double(row[(reach - x) * channels]);
        padded[reach + width + x] = double(row[(width - 2 - x) * channels]);
      }
      for (size_t x = 0; x < width; x++) padded[reach + x] = double(row[x * channels]);
      SumAlong(padded, width, window, sums + r % window * g.stride, squares + r % window * g.stride);
      if (r + 1 < window) continue;
      for (size_t x = 0; x < width; x += lanes) {
        V sum = zero, square = zero;
        for (size_t i = 0; i < window; i++) {
          // From the top row down, wherever it stands, so that equal windows have equal sums.
          const size_t place = (r + 1 + i) % window * g.stride + x;
          sum = hn::Add(sum, hn::Load(d, sums + place));
          square = hn::Add(square, hn::Load(d, squares + place));
        }
        const V spread = hn::Mul(hn::Sub(hn::Mul(pixels, square), hn::Mul(sum, sum)), scale);
        const auto root = hn::DemoteTo(single, hn::Sqrt(hn::Max(zero, hn::Add(spread, least))));
        if (x + lanes <= width) {
          hn::StoreU(root, single, to + x);
        } else {
          hn::BlendedStore(root, hn::FirstN(single, width - x), single, to + x);
        }
      }
      to += width;
    }
  }
}

void DeviationsOfBytes(const LocalDeviationLayout* g, const uint8_t* image, size_t height, size_t width,
                       size_t channels, size_t window, float* planes, double* scratch) {
  Deviations(*g, image, height, width, channels, window, planes, scratch);
}
void DeviationsOfFloats(const LocalDeviationLayout* g, const float* image, size_t height, size_t width, size_t channels,
                        size_t window, float* planes, double* scratch) {
  Deviations(*g, image, height, width, channels, window, planes, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(DeviationsOfBytes);
HWY_EXPORT(DeviationsOfFloats);
}  // namespace mvk

size_t mvk_local_deviation_scratch(size_t width, size_t window) {
  return mvk::LocalDeviationLayout(width, window).size * sizeof(double);
}
void mvk_local_deviation(const mvk_image* image, size_t window, float* planes, void* scratch) {
  const mvk::LocalDeviationLayout layout(image->width, window);
  double* memory = static_cast<double*>(scratch);
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::DeviationsOfBytes)
    (&layout, image->bytes, image->height, image->width, image->channels, window, planes, memory);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::DeviationsOfFloats)
    (&layout, image->floats, image->height, image->width, image->channels, window, planes, memory);
  }
}
#endif
