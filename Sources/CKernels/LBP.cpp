#include <math.h>
#include <string.h>

#include "CKernelsLBP.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "LBP.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Ties between a pixel and its interpolated neighbour are decided by the last bit: nothing may be fused.
#pragma clang fp contract(off)

#ifndef MVK_LBP_SHARED
#define MVK_LBP_SHARED
namespace mvk {

constexpr int32_t kRedWeight = 9798, kGreenWeight = 19235, kBlueWeight = 3735, kGreyBits = 15;

/// One neighbour as an offset into the padded image, and the weights of the four pixels around it.
struct LBPPoint {
  ptrdiff_t offset;
  double row, column, floor_row, floor_column;
  double weights[4];
  float single_weights[4];
  bool whole;
};

struct LBPLayout {
  // As many elements as the widest vector has lanes.
  static constexpr size_t kMargin = 64;
  // More tables of counts than one let neighbouring pixels of one code be counted at the same time.
  static constexpr size_t kCopies = 4;

  LBPLayout(const mvk_lbp_settings& s, size_t height, size_t width) : height(height), width(width) {
    stride = (width + 2 * s.padding + 15) / 16 * 16;
    padded = 0;
    codes = padded + ((height + 2 * s.padding) * stride + 2 * kMargin) / kMargin * kMargin;
    raw_bins = s.points <= 8 && s.method != MVK_LBP_VAR ? size_t(1) << s.points : s.bins;
    copies = raw_bins <= 4096 ? kCopies : 1;
    counts = codes + (width + 2 * kMargin) / kMargin * kMargin;
    size = counts + (s.grid * raw_bins * copies + kMargin) / kMargin * kMargin;
  }
  size_t height, width, stride, padded, codes, counts, size;
  size_t raw_bins, copies;
};

}  // namespace mvk
#endif

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
HWY_INLINE hn::VFromD<DF> Grey(DF d, const uint8_t* rgb) {
  const DI d32;
  const hn::Rebind<uint8_t, DF> d8;
  hn::VFromD<decltype(d8)> r, g, b;
  hn::LoadInterleaved3(d8, rgb, r, g, b);
  const auto widen = [&](hn::VFromD<decltype(d8)> v) HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, v)); };
  auto sum = hn::MulAdd(widen(r), hn::Set(d, float(kRedWeight)), hn::Set(d, float(1 << (kGreyBits - 1))));
  sum = hn::MulAdd(widen(g), hn::Set(d, float(kGreenWeight)), sum);
  sum = hn::MulAdd(widen(b), hn::Set(d, float(kBlueWeight)), sum);
  return hn::Floor(hn::Mul(sum, hn::Set(d, 1.0f / (1 << kGreyBits))));
}
HWY_INLINE int32_t Grey(const uint8_t* p) {
  return (p[0] * kRedWeight + p[1] * kGreenWeight + p[2] * kBlueWeight + (1 << (kGreyBits - 1))) >> kGreyBits;
}

void GreyRow(const uint8_t* rgb, uint8_t* grey, size_t pixels) {
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  for (; x + lanes <= pixels; x += lanes)
    hn::StoreU(hn::DemoteTo(d8, hn::ConvertTo(DI(), Grey(d, rgb + 3 * x))), d8, grey + x);
  for (; x < pixels; x++) grey[x] = uint8_t(Grey(rgb + 3 * x));
}

HWY_INLINE void Fill(const uint8_t* from, float* to, size_t width, size_t channels) {
  const DF d;
  const DI di;
  const hn::Rebind<uint8_t, DI> d8;
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  if (channels == 3) {
    for (; x + lanes <= width; x += lanes) hn::StoreU(Grey(d, from + 3 * x), d, to + x);
    for (; x < width; x++) to[x] = float(Grey(from + 3 * x));
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

// How much lighter than its pixel the neighbour is, to its exact sign.
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
    const auto centre = hn::PromoteTo(d, hn::LoadU(f, at + i));
    const auto term = [&](const float* from, double weight) HWY_ATTR {
      return hn::Mul(hn::Sub(hn::PromoteTo(d, hn::LoadU(f, from)), centre), hn::Set(d, weight));
    };
    const auto sum = hn::Add(hn::Add(term(corner, p.weights[0]), term(corner + 1, p.weights[1])),
                             hn::Add(term(corner + stride, p.weights[2]), term(corner + stride + 1, p.weights[3])));
    const auto size = hn::Add(hn::Abs(centre), hn::Abs(hn::Add(centre, sum)));
    return hn::IfThenZeroElse(hn::Le(hn::Abs(sum), hn::Mul(size, hn::Set(d, 0x1p-20))), sum);
  };
  // Only the sign counts, and it must survive the narrowing.
  const auto sign = [&](hn::VFromD<DD> v)
                        HWY_ATTR { return hn::IfThenElse(hn::Lt(v, hn::Zero(d)), hn::Set(d, -1.0), hn::Zero(d)); };
  return Join(sign(difference(0)), sign(difference(hn::Lanes(d))));
}

// Puts one bit into the neighbourhood of each pixel of a row, where `lighter(offset of a vector)` says so.
template <class Lighter>
HWY_INLINE void Mark(uint32_t bit, size_t width, uint32_t* HWY_RESTRICT bits, Lighter lighter) {
  const DU d;
  const auto value = hn::Set(d, bit);
  for (size_t x = 0; x < width; x += hn::Lanes(d)) {
    const auto set = hn::IfThenElseZero(hn::RebindMask(d, lighter(x)), value);
    hn::StoreU(hn::Or(hn::LoadU(d, bits + x), set), d, bits + x);
  }
}

// The neighbourhoods of one row of pixels, one bit a neighbour.
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

// The variance of the neighbours, summed as the peer does; 0 where the peer, dividing nothing by nothing, has NaN.
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

template <class Pixel>
void LBPHistogram(const mvk_lbp_settings* settings, const LBPLayout* layout, const LBPPoint* points, const Pixel* image,
                  size_t channels, uint32_t* HWY_RESTRICT counts, float* scratch) {
  const mvk_lbp_settings& s = *settings;
  const LBPLayout& g = *layout;
  Pad(s, g, image, channels, scratch);
  uint32_t* HWY_RESTRICT codes = reinterpret_cast<uint32_t*>(scratch + g.codes);
  uint32_t* HWY_RESTRICT raw = reinterpret_cast<uint32_t*>(scratch + g.counts);
  const bool of_bits = s.points <= 8;
  const size_t table = g.copies * g.raw_bins;
  memset(counts, 0, size_t(s.grid) * s.grid * s.bins * sizeof(uint32_t));
  for (size_t cell_y = 0; cell_y < size_t(s.grid); cell_y++) {
    memset(raw, 0, s.grid * table * sizeof(uint32_t));
    for (size_t y = cell_y * g.height / s.grid; y < (cell_y + 1) * g.height / s.grid; y++) {
      const float* row = scratch + g.padded + (y + s.padding) * g.stride + s.padding;
      Bits<sizeof(Pixel) == 4>(s, points, row, g.stride, y, g.width, codes);
      if (!of_bits) {
        if (s.map != nullptr) {
          for (size_t x = 0; x < g.width; x++) codes[x] = s.map[codes[x]];
        } else {
          for (size_t x = 0; x < g.width; x++) codes[x] = mvk_lbp_code(s.method, s.points, codes[x]);
        }
      }
      for (size_t cell_x = 0; cell_x < size_t(s.grid); cell_x++) {
        uint32_t* HWY_RESTRICT to = raw + cell_x * table;
        size_t x = cell_x * g.width / s.grid;
        const size_t end = (cell_x + 1) * g.width / s.grid;
        if (g.copies == LBPLayout::kCopies) {
          for (; x + 4 <= end; x += 4) {
            to[codes[x]]++;
            to[codes[x + 1] + g.raw_bins]++;
            to[codes[x + 2] + 2 * g.raw_bins]++;
            to[codes[x + 3] + 3 * g.raw_bins]++;
          }
        }
        for (; x < end; x++) to[codes[x]]++;
      }
    }
    for (size_t cell_x = 0; cell_x < size_t(s.grid); cell_x++) {
      uint32_t* HWY_RESTRICT to = counts + (cell_y * s.grid + cell_x) * s.bins;
      const uint32_t* HWY_RESTRICT from = raw + cell_x * table;
      for (size_t i = 0; i < g.raw_bins; i++) {
        uint32_t sum = from[i];
        if (g.copies == LBPLayout::kCopies)
          sum += from[g.raw_bins + i] + (from[2 * g.raw_bins + i] + from[3 * g.raw_bins + i]);
        if (sum != 0) to[of_bits ? s.map[i] : i] += sum;
      }
    }
  }
}

template <class Pixel>
void LBPMap(const mvk_lbp_settings* settings, const LBPLayout* layout, const LBPPoint* points, const Pixel* image,
            size_t channels, float* HWY_RESTRICT map, float* scratch) {
  const mvk_lbp_settings& s = *settings;
  const LBPLayout& g = *layout;
  Pad(s, g, image, channels, scratch);
  uint32_t* codes = reinterpret_cast<uint32_t*>(scratch + g.codes);
  for (size_t y = 0; y < g.height; y++, map += g.width) {
    const float* row = scratch + g.padded + (y + s.padding) * g.stride + s.padding;
    if (s.method == MVK_LBP_VAR) {
      Variances(s, points, row, g.stride, y, g.width, scratch + g.codes);
      memcpy(map, scratch + g.codes, g.width * sizeof(float));
      continue;
    }
    Bits<sizeof(Pixel) == 4>(s, points, row, g.stride, y, g.width, codes);
    for (size_t x = 0; x < g.width; x++) map[x] = float(mvk_lbp_code(s.method, s.points, codes[x]));
  }
}

void LBPHistogramOfBytes(const mvk_lbp_settings* s, const LBPLayout* g, const LBPPoint* points, const uint8_t* image,
                         size_t channels, uint32_t* counts, float* scratch) {
  LBPHistogram(s, g, points, image, channels, counts, scratch);
}
void LBPHistogramOfFloats(const mvk_lbp_settings* s, const LBPLayout* g, const LBPPoint* points, const float* image,
                          size_t channels, uint32_t* counts, float* scratch) {
  LBPHistogram(s, g, points, image, channels, counts, scratch);
}
void LBPMapOfBytes(const mvk_lbp_settings* s, const LBPLayout* g, const LBPPoint* points, const uint8_t* image,
                   size_t channels, float* map, float* scratch) {
  LBPMap(s, g, points, image, channels, map, scratch);
}
void LBPMapOfFloats(const mvk_lbp_settings* s, const LBPLayout* g, const LBPPoint* points, const float* image,
                    size_t channels, float* map, float* scratch) {
  LBPMap(s, g, points, image, channels, map, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(GreyRow);
HWY_EXPORT(LBPHistogramOfBytes);
HWY_EXPORT(LBPHistogramOfFloats);
HWY_EXPORT(LBPMapOfBytes);
HWY_EXPORT(LBPMapOfFloats);

namespace {
struct Neighbours {
  Neighbours(const mvk_lbp_settings& s, const LBPLayout& g) {
    for (int32_t i = 0; i < s.points; i++) {
      LBPPoint& p = points[i];
      p.row = s.rows[i];
      p.column = s.columns[i];
      p.floor_row = floor(p.row);
      p.floor_column = floor(p.column);
      p.offset = ptrdiff_t(p.floor_row) * ptrdiff_t(g.stride) + ptrdiff_t(p.floor_column);
      p.whole = p.row == p.floor_row && p.column == p.floor_column;
      const double down = p.row - p.floor_row, right = p.column - p.floor_column;
      p.weights[0] = (1 - down) * (1 - right);
      p.weights[1] = (1 - down) * right;
      p.weights[2] = down * (1 - right);
      p.weights[3] = down * right;
      for (int32_t k = 0; k < 4; k++) p.single_weights[k] = float(p.weights[k]);
    }
  }
  LBPPoint points[32];
};

uint32_t CountOnes(uint32_t bits) {
  bits -= (bits >> 1) & 0x55555555u;
  bits = (bits & 0x33333333u) + ((bits >> 2) & 0x33333333u);
  return (((bits + (bits >> 4)) & 0x0F0F0F0Fu) * 0x01010101u) >> 24;
}
uint32_t FirstOne(uint32_t bits) { return CountOnes((bits & (0 - bits)) - 1); }
}  // namespace
}  // namespace mvk

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
  const uint32_t changes = mvk::CountOnes((bits ^ (bits >> 1)) & (all >> 1));
  const uint32_t ones = mvk::CountOnes(bits);
  if (method == MVK_LBP_UNIFORM) return changes <= 2 ? ones : count + 1;
  if (changes > 2) return count * (count - 1) + 2;
  if (ones == 0) return 0;
  if (ones == count) return count * (count - 1) + 1;
  const uint32_t first_one = mvk::FirstOne(bits), first_zero = mvk::FirstOne(~bits & all);
  const uint32_t turns = first_one == 0 ? ones - first_zero : count - first_one;
  return 1 + (ones - 1) * count + turns;
}

size_t mvk_lbp_scratch(const mvk_lbp_settings* settings, size_t height, size_t width) {
  return mvk::LBPLayout(*settings, height, width).size * sizeof(float);
}
void mvk_lbp_histogram_uint8(const mvk_lbp_settings* settings, const uint8_t* image, size_t height, size_t width,
                             size_t channels, uint32_t* counts, void* scratch) {
  const mvk::LBPLayout layout(*settings, height, width);
  const mvk::Neighbours neighbours(*settings, layout);
  HWY_DYNAMIC_DISPATCH(mvk::LBPHistogramOfBytes)
  (settings, &layout, neighbours.points, image, channels, counts, static_cast<float*>(scratch));
}
void mvk_lbp_histogram_float32(const mvk_lbp_settings* settings, const float* image, size_t height, size_t width,
                               size_t channels, uint32_t* counts, void* scratch) {
  const mvk::LBPLayout layout(*settings, height, width);
  const mvk::Neighbours neighbours(*settings, layout);
  HWY_DYNAMIC_DISPATCH(mvk::LBPHistogramOfFloats)
  (settings, &layout, neighbours.points, image, channels, counts, static_cast<float*>(scratch));
}
void mvk_lbp_map_uint8(const mvk_lbp_settings* settings, const uint8_t* image, size_t height, size_t width,
                       size_t channels, float* map, void* scratch) {
  const mvk::LBPLayout layout(*settings, height, width);
  const mvk::Neighbours neighbours(*settings, layout);
  HWY_DYNAMIC_DISPATCH(mvk::LBPMapOfBytes)
  (settings, &layout, neighbours.points, image, channels, map, static_cast<float*>(scratch));
}
void mvk_lbp_map_float32(const mvk_lbp_settings* settings, const float* image, size_t height, size_t width,
                         size_t channels, float* map, void* scratch) {
  const mvk::LBPLayout layout(*settings, height, width);
  const mvk::Neighbours neighbours(*settings, layout);
  HWY_DYNAMIC_DISPATCH(mvk::LBPMapOfFloats)
  (settings, &layout, neighbours.points, image, channels, map, static_cast<float*>(scratch));
}
void mvk_grey_uint8(const uint8_t* rgb, uint8_t* grey, size_t pixels) {
  HWY_DYNAMIC_DISPATCH(mvk::GreyRow)(rgb, grey, pixels);
}
#endif
