// Histograms and maps of local binary patterns.
// What follows foreach_target.h is compiled once a target, so the order matters.
// clang-format off
#include <string.h>

#include "LBP.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/LBP.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "LBP-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

void GrayRow(const uint8_t* rgb, uint8_t* gray, size_t pixels) {
  const DF d;
  const hn::Rebind<uint8_t, DF> d8;
  const size_t lanes = hn::Lanes(d);
  size_t x = 0;
  for (; x + lanes <= pixels; x += lanes)
    hn::StoreU(hn::DemoteTo(d8, hn::ConvertTo(DI(), Gray(d, rgb + 3 * x))), d8, gray + x);
  for (; x < pixels; x++) gray[x] = uint8_t(Gray(rgb + 3 * x));
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
HWY_EXPORT(GrayRow);
HWY_EXPORT(LBPHistogramOfBytes);
HWY_EXPORT(LBPHistogramOfFloats);
HWY_EXPORT(LBPMapOfBytes);
HWY_EXPORT(LBPMapOfFloats);
}  // namespace mvk

size_t mvk_lbp_scratch(const mvk_lbp_settings* settings, size_t height, size_t width) {
  return mvk::LBPLayout(*settings, height, width).size * sizeof(float);
}
void mvk_lbp_histogram(const mvk_lbp_settings* settings, const mvk_image* image, uint32_t* counts, void* scratch) {
  const mvk::LBPLayout layout(*settings, image->height, image->width);
  const mvk::LBPNeighbors neighbors(*settings, layout);
  float* memory = static_cast<float*>(scratch);
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::LBPHistogramOfBytes)
    (settings, &layout, neighbors.points, image->bytes, image->channels, counts, memory);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::LBPHistogramOfFloats)
    (settings, &layout, neighbors.points, image->floats, image->channels, counts, memory);
  }
}
void mvk_lbp_map(const mvk_lbp_settings* settings, const mvk_image* image, float* map, void* scratch) {
  const mvk::LBPLayout layout(*settings, image->height, image->width);
  const mvk::LBPNeighbors neighbors(*settings, layout);
  float* memory = static_cast<float*>(scratch);
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::LBPMapOfBytes)
    (settings, &layout, neighbors.points, image->bytes, image->channels, map, memory);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::LBPMapOfFloats)
    (settings, &layout, neighbors.points, image->floats, image->channels, map, memory);
  }
}
void mvk_gray_uint8(const uint8_t* rgb, uint8_t* gray, size_t pixels) {
  HWY_DYNAMIC_DISPATCH(mvk::GrayRow)(rgb, gray, pixels);
}
#endif
