#include "CKernelsDCT.h"

#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/DCT.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Coefficients are as large as the image has pixels: to be the same on every instruction set they must be rounded in
// the same places, so nothing is fused.
#pragma clang fp contract(off)

#ifndef MVK_DCT_SHARED
#define MVK_DCT_SHARED
namespace mvk {

/// Where things stand in the scratch memory, in floats.
struct DCTLayout {
  // The widest panel of columns; lines are read and written up to one beyond their ends.
  static constexpr size_t kPanel = 16;
  static size_t Padded(size_t count) { return (count + kPanel - 1) / kPanel * kPanel; }
  static size_t Larger(size_t a, size_t b) { return a > b ? a : b; }

  DCTLayout(size_t height, size_t width, size_t down, size_t across) {
    const size_t halves = Larger((height + 1) / 2, (width + 1) / 2);
    const size_t field = Larger(Larger(height * Padded(width), down * Padded(width)),
                                Larger(width * Padded(down), across * Padded(down)));
    even = 0;
    odd = even + halves * kPanel;
    first = odd + halves * kPanel;
    second = first + field;
    size = second + field;
  }
  size_t even, odd, first, second, size;
};

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
// A panel is two vectors wide; more than eight lanes would only lengthen the panels.
using D = hn::CappedTag<float, 8>;
using V = hn::Vec<D>;

// Sums and differences of a panel's lines that mirror one another: even frequencies see only the ones, odd the others.
HWY_INLINE void Fold(const float* HWY_RESTRICT from, size_t lines, size_t stride, float* HWY_RESTRICT even,
                     float* HWY_RESTRICT odd) {
  const D d;
  const size_t lanes = hn::Lanes(d), width = 2 * lanes;
  for (size_t i = 0; i < (lines + 1) / 2; i++) {
    const float *upper = from + i * stride, *lower = from + (lines - 1 - i) * stride;
    for (size_t x = 0; x < width; x += lanes) {
      const V a = hn::LoadU(d, upper + x), b = upper == lower ? hn::Zero(d) : hn::LoadU(d, lower + x);
      hn::Store(hn::Add(a, b), d, even + i * width + x);
      hn::Store(upper == lower ? hn::Zero(d) : hn::Sub(a, b), d, odd + i * width + x);
    }
  }
}

// kRows frequencies, two apart, of one panel.
template <size_t kRows>
HWY_INLINE void Multiply(const float* HWY_RESTRICT folded, const float* HWY_RESTRICT basis, size_t half,
                         float* HWY_RESTRICT to, size_t stride) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  V left[4], right[4];
  for (size_t k = 0; k < kRows; k++) left[k] = right[k] = hn::Zero(d);
  for (size_t i = 0; i < half; i++) {
    const V a = hn::Load(d, folded + 2 * i * lanes), b = hn::Load(d, folded + (2 * i + 1) * lanes);
    for (size_t k = 0; k < kRows; k++) {
      const V factor = hn::Set(d, basis[2 * k * half + i]);
      left[k] = hn::Add(left[k], hn::Mul(factor, a));
      right[k] = hn::Add(right[k], hn::Mul(factor, b));
    }
  }
  for (size_t k = 0; k < kRows; k++) {
    hn::StoreU(left[k], d, to + 2 * k * stride);
    hn::StoreU(right[k], d, to + 2 * k * stride + lanes);
  }
}

// The first `count` frequencies along the lines: `lines` x `columns` becomes `count` x `columns`.
HWY_INLINE void Transform(const float* from, size_t lines, size_t columns, const float* basis, size_t count, float* to,
                          float* even, float* odd) {
  const size_t width = 2 * hn::Lanes(D()), half = (lines + 1) / 2, stride = DCTLayout::Padded(columns);
  for (size_t x = 0; x < columns; x += width) {
    Fold(from + x, lines, stride, even, odd);
    for (size_t parity = 0; parity < 2; parity++) {
      const float* folded = parity == 0 ? even : odd;
      size_t k = parity;
      for (; k + 6 < count; k += 8) Multiply<4>(folded, basis + k * half, half, to + k * stride + x, stride);
      for (; k < count; k += 2) Multiply<1>(folded, basis + k * half, half, to + k * stride + x, stride);
    }
  }
}

// `rows` x `columns` with padded lines becomes `columns` x `rows`, its lines `stride` apart.
HWY_INLINE void Turn(const float* HWY_RESTRICT from, size_t rows, size_t columns, float* HWY_RESTRICT to,
                     size_t stride) {
  constexpr size_t kTile = 8;
  const size_t step = DCTLayout::Padded(columns);
  for (size_t top = 0; top < rows; top += kTile) {
    const size_t bottom = top + kTile < rows ? top + kTile : rows;
    for (size_t x = 0; x < columns; x++)
      for (size_t y = top; y < bottom; y++) to[x * stride + y] = from[y * step + x];
  }
}

void CosineTransform(const DCTLayout* layout, const float* plane, size_t height, size_t width, const float* vertical,
                     size_t down, const float* horizontal, size_t across, float* coefficients, float* scratch) {
  float *first = scratch + layout->first, *second = scratch + layout->second;
  float *even = scratch + layout->even, *odd = scratch + layout->odd;
  memset(first, 0, (layout->size - layout->first) * sizeof(float));  // what pads the lines is computed with, to no end
  for (size_t y = 0; y < height; y++)
    memcpy(first + y * DCTLayout::Padded(width), plane + y * width, width * sizeof(float));
  Transform(first, height, width, vertical, down, second, even, odd);
  Turn(second, down, width, first, DCTLayout::Padded(down));
  Transform(first, width, down, horizontal, across, second, even, odd);
  Turn(second, across, down, coefficients, across);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(CosineTransform);
}  // namespace mvk

size_t mvk_dct_scratch(size_t height, size_t width, size_t down, size_t across) {
  return mvk::DCTLayout(height, width, down, across).size * sizeof(float);
}
void mvk_dct(const float* plane, size_t height, size_t width, const float* vertical, size_t down,
             const float* horizontal, size_t across, float* coefficients, void* scratch) {
  const mvk::DCTLayout layout(height, width, down, across);
  HWY_DYNAMIC_DISPATCH(mvk::CosineTransform)
  (&layout, plane, height, width, vertical, down, horizontal, across, coefficients, static_cast<float*>(scratch));
}
#endif
