#include <math.h>
#include <string.h>

#include "CKernelsColor.h"
#include "ColorSpaces.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Color.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#ifndef MVK_COLOR_SHARED
#define MVK_COLOR_SHARED
namespace mvk {

/// Where things stand in the scratch memory, in elements of 4 bytes.
struct ColorLayout {
  static constexpr size_t kMargin = 64;
  // More tables of counts than one let neighbouring pixels of one colour be counted at the same time.
  static constexpr size_t kCopies = 4;

  ColorLayout(const mvk_color_settings& s, size_t width)
      : bins(mvk_color_bins(&s)), copies(bins <= 4096 ? kCopies : 1) {
    indices = 0;
    tables = (3 * width / 2 + 2 * kMargin) / kMargin * kMargin;
    counts = tables + 3 * 1024;
    size = counts + s.grid * copies * bins + kMargin;
  }
  size_t bins, copies, indices, tables, counts, size;
};

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Bin numbers of a row of RGB or grey pixels: (r * bins + g) * bins + b, each channel v * bins / 256.
void JointBinsOfRGB(const uint8_t* HWY_RESTRICT row, size_t width, size_t channels, uint16_t bins,
                    uint16_t* HWY_RESTRICT indices) {
  const hn::ScalableTag<uint16_t> d16;
  const hn::Rebind<uint8_t, decltype(d16)> d8;
  const size_t lanes = hn::Lanes(d16);
  const auto count = hn::Set(d16, bins);
  const auto bin = [&](hn::VFromD<decltype(d8)> v)
                       HWY_ATTR { return hn::ShiftRight<8>(hn::Mul(hn::PromoteTo(d16, v), count)); };
  size_t x = 0;
  for (; x + lanes <= width; x += lanes) {
    hn::VFromD<decltype(d8)> r, g, b;
    if (channels == 3) {
      hn::LoadInterleaved3(d8, row + 3 * x, r, g, b);
    } else {
      r = g = b = hn::LoadU(d8, row + x);
    }
    const auto index = hn::Add(hn::Mul(hn::Add(hn::Mul(bin(r), count), bin(g)), count), bin(b));
    hn::StoreU(index, d16, indices + x);
  }
  for (; x < width; x++) {
    const uint8_t* p = row + channels * x;
    const uint32_t r = p[0] * bins >> 8, g = p[channels / 2] * bins >> 8, b = p[channels - 1] * bins >> 8;
    indices[x] = uint16_t((r * bins + g) * bins + b);
  }
}

size_t UnitToBytes(const float* values, uint8_t* bytes, size_t count) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const size_t lanes = hn::Lanes(d);
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f), scale = hn::Set(d, 255.0f);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, values + i);
    if (!hn::AllTrue(d, hn::And(hn::Ge(v, zero), hn::Le(v, one)))) break;
    hn::StoreU(hn::DemoteTo(d8, hn::NearestInt(hn::Mul(v, scale))), d8, bytes + i);
  }
  for (; i < count; i++) {
    if (!(values[i] >= 0 && values[i] <= 1)) return i;
    bytes[i] = uint8_t(lrintf(values[i] * 255.0f));
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(JointBinsOfRGB);
HWY_EXPORT(UnitToBytes);

namespace {

/// The bin of each value of each channel, times the bin's stride; three tables of 1024.
void FillTables(const mvk_color_settings& s, uint32_t* tables) {
  int32_t ranges[3] = {256, 256, 256};
  if (s.space == MVK_COLOR_HSV) ranges[0] = 180;
  if (s.space == MVK_COLOR_OPPONENT) ranges[0] = 511, ranges[1] = 1021, ranges[2] = 766;
  const uint32_t bins = uint32_t(s.bins);
  const uint32_t strides[3] = {s.joint ? bins * bins : 1, s.joint ? bins : 1, 1};
  for (int32_t c = 0; c < 3; c++) {
    // OpenCV's histogram multiplies in double precision: what a product that is not whole rounds to is part of it.
    const double scale = bins / double(ranges[c]);
    for (int32_t v = 0; v < ranges[c]; v++) {
      const uint32_t bin =
          s.space == MVK_COLOR_OPPONENT ? uint32_t(v) * bins / uint32_t(ranges[c]) : uint32_t(floor(v * scale));
      tables[1024 * c + v] = bin * strides[c] + (s.joint ? 0 : uint32_t(c) * bins);
    }
  }
}

template <class Convert>
void BinsOf(const Convert& convert, const uint8_t* row, size_t width, size_t channels, const uint32_t* tables,
            bool joint, uint16_t* indices) {
  for (size_t x = 0; x < width; x++, row += channels) {
    const Triple t = convert(row[0], row[channels / 2], row[channels - 1]);
    const uint32_t a = tables[t.a], b = tables[1024 + t.b], c = tables[2048 + t.c];
    if (joint) {
      indices[x] = uint16_t(a + b + c);
    } else {
      indices[3 * x] = uint16_t(a), indices[3 * x + 1] = uint16_t(b), indices[3 * x + 2] = uint16_t(c);
    }
  }
}

struct Unchanged {
  Triple operator()(int32_t r, int32_t g, int32_t b) const { return {r, g, b}; }
};

void Bins(const mvk_color_settings& s, const uint8_t* row, size_t width, size_t channels, const uint32_t* tables,
          uint16_t* indices) {
  switch (s.space) {
    case MVK_COLOR_HSV:
      return BinsOf(HSVTables::Shared(), row, width, channels, tables, s.joint, indices);
    case MVK_COLOR_LAB:
      return BinsOf(LabTables::Shared(), row, width, channels, tables, s.joint, indices);
    case MVK_COLOR_OPPONENT:
      return BinsOf(Opponent(), row, width, channels, tables, s.joint, indices);
    default:
      if (s.joint) return HWY_DYNAMIC_DISPATCH(JointBinsOfRGB)(row, width, channels, uint16_t(s.bins), indices);
      return BinsOf(Unchanged(), row, width, channels, tables, false, indices);
  }
}

void Count(const uint16_t* HWY_RESTRICT indices, size_t count, const ColorLayout& g, uint32_t* HWY_RESTRICT to) {
  size_t i = 0;
  if (g.copies == ColorLayout::kCopies) {
    uint32_t *second = to + g.bins, *third = second + g.bins, *fourth = third + g.bins;
    for (; i + 4 <= count; i += 4) {
      uint64_t four;
      memcpy(&four, indices + i, 8);
      to[four & 0xFFFF]++;
      second[four >> 16 & 0xFFFF]++;
      third[four >> 32 & 0xFFFF]++;
      fourth[four >> 48]++;
    }
  }
  for (; i < count; i++) to[indices[i]]++;
}

template <class Convert>
void ConvertAll(const Convert& convert, const uint8_t* rgb, uint8_t* to, size_t pixels) {
  for (size_t i = 0; i < pixels; i++, rgb += 3, to += 3) {
    const Triple t = convert(rgb[0], rgb[1], rgb[2]);
    to[0] = uint8_t(t.a), to[1] = uint8_t(t.b), to[2] = uint8_t(t.c);
  }
}

}  // namespace
}  // namespace mvk

size_t mvk_color_bins(const mvk_color_settings* settings) {
  const size_t bins = size_t(settings->bins);
  return settings->joint ? bins * bins * bins : 3 * bins;
}
size_t mvk_color_scratch(const mvk_color_settings* settings, size_t width) {
  return mvk::ColorLayout(*settings, width).size * sizeof(uint32_t);
}
void mvk_color_histogram(const mvk_color_settings* settings, const uint8_t* image, size_t height, size_t width,
                         size_t channels, uint32_t* counts, void* scratch) {
  const mvk::ColorLayout layout(*settings, width);
  const size_t grid = size_t(settings->grid), table = layout.copies * layout.bins;
  const size_t values = settings->joint ? 1 : 3;
  uint32_t* base = static_cast<uint32_t*>(scratch);
  uint16_t* indices = reinterpret_cast<uint16_t*>(base + layout.indices);
  if (settings->space != MVK_COLOR_RGB || !settings->joint) mvk::FillTables(*settings, base + layout.tables);
  for (size_t cell_y = 0; cell_y < grid; cell_y++) {
    memset(base + layout.counts, 0, grid * table * sizeof(uint32_t));
    for (size_t y = cell_y * height / grid; y < (cell_y + 1) * height / grid; y++) {
      mvk::Bins(*settings, image + y * width * channels, width, channels, base + layout.tables, indices);
      for (size_t cell_x = 0; cell_x < grid; cell_x++) {
        const size_t start = cell_x * width / grid, end = (cell_x + 1) * width / grid;
        mvk::Count(indices + values * start, values * (end - start), layout, base + layout.counts + cell_x * table);
      }
    }
    for (size_t cell_x = 0; cell_x < grid; cell_x++) {
      const uint32_t* from = base + layout.counts + cell_x * table;
      for (size_t i = 0; i < layout.bins; i++) {
        uint32_t sum = 0;
        for (size_t copy = 0; copy < layout.copies; copy++) sum += from[copy * layout.bins + i];
        *counts++ = sum;
      }
    }
  }
}
void mvk_rgb_to_hsv(const uint8_t* rgb, uint8_t* hsv, size_t pixels) {
  mvk::ConvertAll(mvk::HSVTables::Shared(), rgb, hsv, pixels);
}
void mvk_rgb_to_lab(const uint8_t* rgb, uint8_t* lab, size_t pixels) {
  mvk::ConvertAll(mvk::LabTables::Shared(), rgb, lab, pixels);
}
size_t mvk_unit_to_uint8(const float* values, uint8_t* bytes, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::UnitToBytes)(values, bytes, count);
}
#endif
