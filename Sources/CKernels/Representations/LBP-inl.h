// The neighborhoods of local binary patterns: gray pixels, interpolated neighbors, and one bit for each.
#if defined(MVK_LBP_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_LBP_INL_H
#undef MVK_LBP_INL_H
#else
#define MVK_LBP_INL_H
#endif

#include <string.h>

#include "LBP.h"
#include "hwy/highway.h"

// Ties between a pixel and its interpolated neighbor are decided by the last bit: nothing may be fused.
#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using DU = hn::Rebind<uint32_t, DF>;
using DI = hn::Rebind<int32_t, DF>;
using DHalf = hn::Half<DF>;
using DD = hn::Rebind<double, DHalf>;

// 0...255 of each pixel; the weighted sums are whole numbers below 2^24, so single precision holds them exactly.
HWY_INLINE hn::VFromD<DF> Gray(DF d, const uint8_t* rgb) {
  const DI d32;
  const hn::Rebind<uint8_t, DF> d8;
  hn::VFromD<decltype(d8)> r, g, b;
  hn::LoadInterleaved3(d8, rgb, r, g, b);
  const auto widen = [&](hn::VFromD<decltype(d8)> v) HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, v)); };
  auto sum = hn::MulAdd(widen(r), hn::Set(d, float(kRedWeight)), hn::Set(d, float(1 << (kGrayBits - 1))));
  sum = hn::MulAdd(widen(g), hn::Set(d, float(kGreenWeight)), sum);
  sum = hn::MulAdd(widen(b), hn::Set(d, float(kBlueWeight)), sum);
  return hn::Floor(hn::Mul(sum, hn::Set(d, 1.0f / (1 << kGrayBits))));
}
HWY_INLINE int32_t Gray(const uint8_t* p) {
  return (p[0] * kRedWeight + p[1] * kGreenWeight + p[2] * kBlueWeight + (1 << (kGrayBits - 1))) >> kGrayBits;
}

HWY_INLINE void Fill(const uint8_t* from, float* to, size_t width, size_t channels) {
  const DF d;
  const DI di;
  const hn::Rebind<uint8_t, DI> d8;
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  if (channels == 3) {
    for (; x + lanes <= width; x += lanes) hn::StoreU(Gray(d, from + 3 * x), d, to + x);
    for (; x < width; x++) to[x] = float(Gray(from + 3 * x));
  } else {
    for (; x + lanes <= width; x += lanes)
      hn::StoreU(hn::ConvertTo(d, hn::PromoteTo(di, hn::LoadU(d8, from + x))), d, to + x);
    for (; x < width; x++) to[x] = from[x];
  }
}
HWY_INLINE void Fill(const float* from, float* to, size_t width, size_t channels) {
  if (channels == 1) {
    memcpy(to, from, width * sizeof(float));
    return;
  }
  for (size_t x = 0; x < width; x++) to[x] = from[3 * x] * 0.299f + from[3 * x + 1] * 0.587f + from[3 * x + 2] * 0.114f;
}

// Bilinear interpolation as the peer does it: in double precision, at the absolute position, in this order. Fractions
// are those of the position in the image, so they carry its rounding; `x` is the column of the first lane.
HWY_INLINE hn::VFromD<DD> Interpolate(const LBPPoint& p, const float* at, size_t stride, double y, double x) {
  const DD d;
  const hn::Rebind<float, DD> f;
  const double row = y + p.row;
  const double fraction = row - (y + p.floor_row);
  const auto columns = hn::Iota(d, x);
  const auto right = hn::Sub(hn::Add(columns, hn::Set(d, p.column)), hn::Add(columns, hn::Set(d, p.floor_column)));
  const auto left = hn::Sub(hn::Set(d, 1.0), right);
  const float* corner = at + p.offset;
  const auto load = [&](const float* from) HWY_ATTR { return hn::PromoteTo(d, hn::LoadU(f, from)); };
  const auto top = hn::Add(hn::Mul(left, load(corner)), hn::Mul(right, load(corner + 1)));
  const auto bottom = hn::Add(hn::Mul(left, load(corner + stride)), hn::Mul(right, load(corner + stride + 1)));
  return hn::Add(hn::Mul(hn::Set(d, 1 - fraction), top), hn::Mul(hn::Set(d, fraction), bottom));
}

HWY_INLINE hn::VFromD<DF> Join(hn::VFromD<DD> lower, hn::VFromD<DD> upper) {
  const DHalf h;
  return hn::Combine(DF(), hn::DemoteTo(h, upper), hn::DemoteTo(h, lower));
}

// How much lighter than its pixel the neighbor is, to its exact sign.
HWY_INLINE hn::VFromD<DF> ExactDifference(const LBPPoint& p, const float* at, size_t stride, double y, size_t x) {
  const DD d;
  const hn::Rebind<float, DD> f;
  const size_t half = hn::Lanes(d);
  const auto difference = [&](size_t i) HWY_ATTR {
    return hn::Sub(Interpolate(p, at + i, stride, y, double(x + i)), hn::PromoteTo(d, hn::LoadU(f, at + i)));
  };
  return Join(difference(0), difference(half));
}

// For floats: interpolated differences in double precision, and a tie where they are as small as the rounding of pixels
// that were whole numbers once; so flat regions and scaled images give clean codes.
HWY_INLINE hn::VFromD<DF> CleanDifference(const LBPPoint& p, const float* at, size_t stride) {
  const DD d;
  const hn::Rebind<float, DD> f;
  const auto difference = [&](size_t i) HWY_ATTR {
    const float* corner = at + p.offset + i;
    const auto center = hn::PromoteTo(d, hn::LoadU(f, at + i));
    const auto term = [&](const float* from, double weight) HWY_ATTR {
      return hn::Mul(hn::Sub(hn::PromoteTo(d, hn::LoadU(f, from)), center), hn::Set(d, weight));
    };
    const auto sum = hn::Add(hn::Add(term(corner, p.weights[0]), term(corner + 1, p.weights[1])),
                             hn::Add(term(corner + stride, p.weights[2]), term(corner + stride + 1, p.weights[3])));
    const auto size = hn::Add(hn::Abs(center), hn::Abs(hn::Add(center, sum)));
    return hn::IfThenZeroElse(hn::Le(hn::Abs(sum), hn::Mul(size, hn::Set(d, 0x1p-20))), sum);
  };
  // Only the sign counts, and it must survive the narrowing.
  const auto sign = [&](hn::VFromD<DD> v)
                        HWY_ATTR { return hn::IfThenElse(hn::Lt(v, hn::Zero(d)), hn::Set(d, -1.0), hn::Zero(d)); };
  return Join(sign(difference(0)), sign(difference(hn::Lanes(d))));
}

// Puts one bit into the neighborhood of each pixel of a row, where `lighter(offset of a vector)` says so.
template <class Lighter>
HWY_INLINE void Mark(uint32_t bit, size_t width, uint32_t* HWY_RESTRICT bits, Lighter lighter) {
  const DU d;
  const auto value = hn::Set(d, bit);
  for (size_t x = 0; x < width; x += hn::Lanes(d)) {
    const auto set = hn::IfThenElseZero(hn::RebindMask(d, lighter(x)), value);
    hn::StoreU(hn::Or(hn::LoadU(d, bits + x), set), d, bits + x);
  }
}

// The neighborhoods of one row of pixels, one bit a neighbor.
template <bool kFloats>
HWY_INLINE void Bits(const mvk_lbp_settings& s, const LBPPoint* points, const float* row, size_t stride, size_t y,
                     size_t width, uint32_t* HWY_RESTRICT bits) {
  const DF d;
  const auto zero = hn::Zero(d);
  memset(bits, 0, width * sizeof(uint32_t));
  for (int32_t i = 0; i < s.points; i++) {
    const LBPPoint& p = points[i];
    const float* HWY_RESTRICT corner = row + p.offset;
    if (p.whole) {
      Mark(1u << i, width, bits,
           [&](size_t x) HWY_ATTR { return hn::Ge(hn::LoadU(d, corner + x), hn::LoadU(d, row + x)); });
    } else if (kFloats) {
      Mark(1u << i, width, bits, [&](size_t x) HWY_ATTR { return hn::Ge(CleanDifference(p, row + x, stride), zero); });
    } else {
      const auto w0 = hn::Set(d, p.single_weights[0]), w1 = hn::Set(d, p.single_weights[1]);
      const auto w2 = hn::Set(d, p.single_weights[2]), w3 = hn::Set(d, p.single_weights[3]);
      const auto near = hn::Set(d, 5e-4f);
      // Single precision, whose error is below 2e-4 here, settles all but near ties; double precision, as the peer has
      // it, settles those.
      Mark(1u << i, width, bits, [&](size_t x) HWY_ATTR {
        const float* at = corner + x;
        auto sum = hn::MulSub(hn::LoadU(d, at), w0, hn::LoadU(d, row + x));
        sum = hn::MulAdd(hn::LoadU(d, at + 1), w1, sum);
        auto below = hn::Mul(hn::LoadU(d, at + stride), w2);
        below = hn::MulAdd(hn::LoadU(d, at + stride + 1), w3, below);
        sum = hn::Add(sum, below);
        if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Lt(hn::Abs(sum), near))))
          sum = ExactDifference(p, row + x, stride, double(y), x);
        return hn::Ge(sum, zero);
      });
    }
  }
}

// The variance of the neighbors, summed as the peer does; 0 where the peer, dividing nothing by nothing, has NaN.
HWY_INLINE void Variances(const mvk_lbp_settings& s, const LBPPoint* points, const float* row, size_t stride, size_t y,
                          size_t width, float* variances) {
  const DD d;
  const hn::Rebind<float, DD> f;
  const size_t lanes = hn::Lanes(d);
  const auto count = hn::Set(d, double(s.points));
  for (size_t x = 0; x < width; x += lanes) {
    auto sum = hn::Zero(d), squares = hn::Zero(d);
    for (int32_t i = 0; i < s.points; i++) {
      const auto value = Interpolate(points[i], row + x, stride, double(y), double(x));
      sum = hn::Add(sum, value);
      squares = hn::Add(squares, hn::Mul(value, value));
    }
    const auto variance = hn::Div(hn::Sub(squares, hn::Div(hn::Mul(sum, sum), count)), count);
    hn::StoreU(hn::DemoteTo(f, variance), f, variances + x);
  }
}

template <class Pixel>
HWY_INLINE void Pad(const mvk_lbp_settings& s, const LBPLayout& g, const Pixel* image, size_t channels,
                    float* scratch) {
  float* padded = scratch + g.padded;
  memset(padded, 0, (g.height + 2 * s.padding) * g.stride * sizeof(float));
  for (size_t y = 0; y < g.height; y++)
    Fill(image + y * g.width * channels, padded + (y + s.padding) * g.stride + s.padding, g.width, channels);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
