#include "CKernelsHOGLayer.h"

#include <string.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/HOGLayer.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Which bin a pixel votes for must not depend on the instruction set: nothing is fused, so that all of them round
// alike.
#pragma clang fp contract(off)

#ifndef MVK_HOG_LAYER_SHARED
#define MVK_HOG_LAYER_SHARED
namespace mvk {

/// Where things stand in the scratch memory, in floats; it serves one channel after another.
struct HOGLayerLayout {
  // Rows are read and written up to a vector beyond their ends.
  static constexpr size_t kMargin = 64;
  // Neighbouring pixels often vote for the same bin; turns between banks keep one vote from waiting for the other.
  static constexpr size_t kBanks = 2;

  HOGLayerLayout(const mvk_hog_layer_settings& s, size_t width) {
    const size_t orientations = size_t(s.orientations);
    stride = (width + 3 * kMargin) / kMargin * kMargin;
    bank = 2 * orientations;
    values = 0;
    slopes = values + stride;
    sums = slopes + 3 * stride;
    bins = sums + 3 * stride;
    votes = bins + stride;
    banks = votes + 2 * stride;
    size = banks + width / size_t(s.cell) * kBanks * bank + kMargin;
  }
  size_t stride, bank;
  size_t values, slopes, sums, bins, votes, banks, size;
};

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

// One channel of one row as floats; bytes keep their whole values, so that gradients of theirs are exact.
HWY_INLINE void FillChannel(const uint8_t* HWY_RESTRICT from, size_t width, size_t channels, size_t channel,
                            float* HWY_RESTRICT to) {
  const D d;
  const hn::Rebind<int32_t, D> d32;
  const hn::Rebind<uint8_t, D> d8;
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  for (; x + lanes <= width; x += lanes) {
    auto value = hn::Zero(d8);
    if (channels == 3) {
      hn::VFromD<decltype(d8)> r, g, b;
      hn::LoadInterleaved3(d8, from + 3 * x, r, g, b);
      value = channel == 0 ? r : channel == 1 ? g : b;
    } else {
      value = hn::LoadU(d8, from + x);
    }
    hn::StoreU(hn::ConvertTo(d, hn::PromoteTo(d32, value)), d, to + x);
  }
  for (; x < width; x++) to[x] = from[x * channels + channel];
}
HWY_INLINE void FillChannel(const float* HWY_RESTRICT from, size_t width, size_t channels, size_t channel,
                            float* HWY_RESTRICT to) {
  for (size_t x = 0; x < width; x++) to[x] = from[x * channels + channel];
}

// What the two Sobel kernels need of a row: the difference and the weighted sum of a pixel's neighbors in it.
HWY_INLINE void Prepare(const float* values, size_t columns, float* HWY_RESTRICT slopes, float* HWY_RESTRICT sums) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  for (size_t x = 0; x < columns; x += lanes) {
    const V left = hn::LoadU(d, values + x - 1), middle = hn::LoadU(d, values + x);
    const V right = hn::LoadU(d, values + x + 1);
    hn::Store(hn::Sub(left, right), d, slopes + x);
    hn::Store(hn::Add(hn::Add(left, right), hn::Add(middle, middle)), d, sums + x);
  }
}

// atan(t) / t for t in 0...1 as a polynomial in t squared, within 6e-9 of atan(t) (reweighted least squares), summed as
// a tree: a chain of terms would have each wait for the last.
HWY_INLINE V ArcTangentOver(V t) {
  const D d;
  const auto pair = [d](V square, V low, float next)
                        HWY_ATTR { return hn::Add(low, hn::Mul(square, hn::Set(d, next))); };
  const V s = hn::Mul(t, t), s2 = hn::Mul(s, s), s4 = hn::Mul(s2, s2);
  const V p01 = pair(s, hn::Set(d, 0.99999988638278f), -0.33332597027353f);
  const V p23 = pair(s, hn::Set(d, 0.19985906757321f), -0.14161229143999f);
  const V p45 = pair(s, hn::Set(d, 0.10498945921965f), -0.07234857083855f);
  const V p67 = pair(s, hn::Set(d, 0.03978122054049f), -0.01440135618325f);
  const V upper = pair(s4, hn::Add(p45, hn::Mul(s2, p67)), 0.00245672417297f);
  return hn::Add(hn::Add(p01, hn::Mul(s2, p23)), hn::Mul(s4, upper));
}

struct VoteSettings {
  float orientations, scale;
  size_t columns;
};

// The lower bin of each pixel of a row, and the pair of votes for it and the next.
template <bool kReleased>
HWY_INLINE void Vote(const VoteSettings& s, const float* const* slopes, const float* const* sums,
                     int32_t* HWY_RESTRICT bins, float* HWY_RESTRICT votes) {
  const D d;
  const hn::Rebind<int32_t, D> d32;
  const size_t lanes = hn::Lanes(d);
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0f), least = hn::Set(d, 1.17549435e-38f);
  const V sign = hn::Set(d, -0.0f);
  const V whole = hn::Set(d, s.orientations), half = hn::Set(d, s.orientations * 0.5f);
  const V quarter = hn::Set(d, s.orientations * 0.25f), scale = hn::Set(d, s.scale);
  const V bins_per_radian = hn::Set(d, s.orientations * 0.318309886183790672f);
  for (size_t x = 0; x < s.columns; x += lanes) {
    const V slope = hn::Load(d, slopes[1] + x);
    V across = hn::Add(hn::Add(hn::Load(d, slopes[0] + x), hn::Load(d, slopes[2] + x)), hn::Add(slope, slope));
    V along = hn::Sub(hn::Load(d, sums[0] + x), hn::Load(d, sums[2] + x));
    const V magnitude = hn::Mul(hn::Sqrt(hn::Add(hn::Mul(across, across), hn::Mul(along, along))), scale);

    // Opposite gradients are one orientation: what lies below the axis is turned above it, and the axis itself is 0.
    along = hn::Xor(along, hn::And(across, sign));
    across = hn::Abs(across);
    const V beside = hn::Abs(along);
    const auto steep = hn::Gt(across, beside);
    const auto behind = hn::And(hn::Lt(along, zero), hn::Gt(across, zero));
    const V t = hn::Div(hn::Min(across, beside), hn::Max(hn::Max(across, beside), least));  // 0 without a gradient
    V position = hn::Mul(hn::Mul(ArcTangentOver(t), t), bins_per_radian);
    position = hn::IfThenElse(hn::Eq(t, one), quarter, position);  // 45 degrees can be the edge of a bin
    position = hn::Xor(position, hn::IfThenElseZero(hn::Xor(steep, behind), sign));
    position = hn::Add(hn::IfThenElse(steep, half, hn::IfThenElseZero(behind, whole)), position);

    const V floor = hn::Floor(position), share = hn::Sub(position, floor);
    const V bin = hn::IfThenElseZero(hn::Lt(floor, whole), floor);  // rounding can reach 180 degrees, which are 0
    V low, high;
    if (kReleased) {
      const auto exact = hn::Eq(share, zero);  // lower and upper bin are one: m + (1 - m)
      low = hn::IfThenElse(exact, one, magnitude);
      high = hn::IfThenZeroElse(exact, hn::Sub(one, magnitude));
    } else {
      high = hn::Mul(magnitude, share);
      low = hn::Sub(magnitude, high);
    }
    hn::Store(hn::ConvertTo(d32, bin), d32, bins + x);
    hn::StoreInterleaved2(low, high, d, votes + 2 * x);
  }
}

// Adds the pairs of a row of pixels to the histograms of its cells.
HWY_INLINE void Count(const HOGLayerLayout& g, size_t cells, size_t cell, const int32_t* HWY_RESTRICT bins,
                      const float* HWY_RESTRICT votes, float* HWY_RESTRICT banks) {
  const hn::FixedTag<float, 2> d;
  const auto add = [&](float* HWY_RESTRICT to, const float* HWY_RESTRICT pair)
                       HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, to), hn::LoadU(d, pair)), d, to); };
  for (size_t i = 0; i < cells; i++) {
    float* even = banks + i * HOGLayerLayout::kBanks * g.bank;
    float* odd = even + g.bank;
    size_t x = 0;
    for (; x + 2 <= cell; x += 2) {
      add(even + 2 * bins[x], votes + 2 * x);
      add(odd + 2 * bins[x + 1], votes + 2 * x + 2);
    }
    if (x < cell) add(even + 2 * bins[x], votes + 2 * x);
    bins += cell;
    votes += 2 * cell;
  }
}

template <bool kReleased, class Pixel>
void Describe(const mvk_hog_layer_settings& s, const HOGLayerLayout& g, const Pixel* image, size_t height, size_t width,
              size_t channels, float* HWY_RESTRICT row, float* scratch) {
  const size_t cell = size_t(s.cell), orientations = size_t(s.orientations);
  const size_t down = height / cell, across = width / cell;
  const VoteSettings settings{float(s.orientations), sizeof(Pixel) == 1 ? float(1.0 / 255) : 1.0f, across * cell};
  const float area = float(cell * cell);
  float* values = scratch + g.values + HOGLayerLayout::kMargin;
  int32_t* bins = reinterpret_cast<int32_t*>(scratch + g.bins);
  float* votes = scratch + g.votes;
  float* banks = scratch + g.banks;
  // Beyond the border the image is 0: the margins of the row here, whole rows below.
  memset(scratch + g.values, 0, g.stride * sizeof(float));
  for (size_t channel = 0; channel < channels; channel++, row += orientations * down * across) {
    memset(scratch + g.slopes, 0, 6 * g.stride * sizeof(float));
    size_t filled = 0;
    const auto fill = [&]() HWY_ATTR {
      // Row y stands at (y + 1) % 3, and row -1 at 0.
      float* slopes = scratch + g.slopes + (filled + 1) % 3 * g.stride;
      float* sums = scratch + g.sums + (filled + 1) % 3 * g.stride;
      if (filled < height) {
        FillChannel(image + filled * width * channels, width, channels, channel, values);
        Prepare(values, settings.columns, slopes, sums);
      } else {
        memset(slopes, 0, g.stride * sizeof(float));
        memset(sums, 0, g.stride * sizeof(float));
      }
      filled++;
    };
    fill();
    for (size_t cell_y = 0; cell_y < down; cell_y++) {
      memset(banks, 0, across * HOGLayerLayout::kBanks * g.bank * sizeof(float));
      for (size_t y = cell_y * cell; y < (cell_y + 1) * cell; y++) {
        fill();
        const float *slopes[3], *sums[3];
        for (size_t i = 0; i < 3; i++) {
          slopes[i] = scratch + g.slopes + (y + i) % 3 * g.stride;
          sums[i] = scratch + g.sums + (y + i) % 3 * g.stride;
        }
        Vote<kReleased>(settings, slopes, sums, bins, votes);
        Count(g, across, cell, bins, votes, banks);
      }
      float* HWY_RESTRICT to = row + cell_y * across;
      for (size_t k = 0; k < orientations; k++, to += down * across) {
        const size_t before = k == 0 ? orientations - 1 : k - 1;
        const float* from = banks;
        for (size_t x = 0; x < across; x++, from += HOGLayerLayout::kBanks * g.bank) {
          const float low = from[2 * k] + from[g.bank + 2 * k];
          const float high = from[2 * before + 1] + from[g.bank + 2 * before + 1];
          to[x] = (low + high) / area;
        }
      }
    }
  }
}

template <class Pixel>
void Layer(const mvk_hog_layer_settings& s, const HOGLayerLayout& g, const Pixel* image, size_t height, size_t width,
           size_t channels, float* row, float* scratch) {
  if (s.released) {
    Describe<true>(s, g, image, height, width, channels, row, scratch);
  } else {
    Describe<false>(s, g, image, height, width, channels, row, scratch);
  }
}

void HOGLayerOfBytes(const mvk_hog_layer_settings* s, const HOGLayerLayout* g, const uint8_t* image, size_t height,
                     size_t width, size_t channels, float* row, float* scratch) {
  Layer(*s, *g, image, height, width, channels, row, scratch);
}
void HOGLayerOfFloats(const mvk_hog_layer_settings* s, const HOGLayerLayout* g, const float* image, size_t height,
                      size_t width, size_t channels, float* row, float* scratch) {
  Layer(*s, *g, image, height, width, channels, row, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(HOGLayerOfBytes);
HWY_EXPORT(HOGLayerOfFloats);
}  // namespace mvk

size_t mvk_hog_layer_scratch(const mvk_hog_layer_settings* settings, size_t width) {
  return mvk::HOGLayerLayout(*settings, width).size * sizeof(float);
}
void mvk_hog_layer(const mvk_hog_layer_settings* settings, const mvk_image* image, float* row, void* scratch) {
  const mvk::HOGLayerLayout layout(*settings, image->width);
  float* memory = static_cast<float*>(scratch);
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::HOGLayerOfBytes)
    (settings, &layout, image->bytes, image->height, image->width, image->channels, row, memory);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::HOGLayerOfFloats)
    (settings, &layout, image->floats, image->height, image->width, image->channels, row, memory);
  }
}
#endif
