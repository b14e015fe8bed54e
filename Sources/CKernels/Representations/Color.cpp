#include <math.h>
#include <string.h>

#include "CKernelsColor.h"
#include "ColorSpaces.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/Color.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#ifndef MVK_COLOR_SHARED
#define MVK_COLOR_SHARED
namespace mvk {

/// Where things stand in the scratch memory, in elements of 4 bytes.
struct ColorLayout {
  static constexpr size_t kMargin = 64;
  // More tables of counts than one let neighbouring pixels of one color be counted at the same time.
  static constexpr size_t kCopies = 4;
  // Pixels taken at a time where the whole image is one cell.
  static constexpr size_t kRun = 1024;

  ColorLayout(const mvk_color_settings& s, size_t width)
      : bins(mvk_color_bins(&s)), copies(bins <= 4096 ? kCopies : 1) {
    indices = 0;
    stride = ((width > kRun ? width : kRun) + 2 * kMargin) / kMargin * kMargin;
    counts = 3 * stride / 2;
    size = counts + s.grid * copies * bins + kMargin;
  }
  size_t bins, copies, stride, indices, counts, size;
};

/// Counts four bin numbers, each in a table of its own.
inline void CountFour(const uint16_t* indices, size_t table, uint32_t* to) {
  uint64_t four;
  memcpy(&four, indices, 8);
  to[four & 0xFFFF]++;
  to[table + (four >> 16 & 0xFFFF)]++;
  to[2 * table + (four >> 32 & 0xFFFF)]++;
  to[3 * table + (four >> 48)]++;
}

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Indices = hn::ScalableTag<uint16_t>;

// Bin numbers of as many RGB or gray pixels as there are lanes: (r * bins + g) * bins + b, each channel v * bins / 256.
HWY_INLINE hn::VFromD<Indices> JointBins(const uint8_t* HWY_RESTRICT pixels, size_t channels,
                                         hn::VFromD<Indices> bins) {
  const Indices d16;
  const hn::Rebind<uint8_t, Indices> d8;
  const auto bin = [&](hn::VFromD<decltype(d8)> v)
                       HWY_ATTR { return hn::ShiftRight<8>(hn::Mul(hn::PromoteTo(d16, v), bins)); };
  hn::VFromD<decltype(d8)> r, g, b;
  if (channels == 3) {
    hn::LoadInterleaved3(d8, pixels, r, g, b);
  } else {
    r = g = b = hn::LoadU(d8, pixels);
  }
  return hn::Add(hn::Mul(hn::Add(hn::Mul(bin(r), bins), bin(g)), bins), bin(b));
}

HWY_INLINE uint16_t JointBin(const uint8_t* pixel, size_t channels, uint32_t bins) {
  const uint32_t r = pixel[0] * bins >> 8, g = pixel[channels / 2] * bins >> 8, b = pixel[channels - 1] * bins >> 8;
  return uint16_t((r * bins + g) * bins + b);
}

void JointBinsOfRGB(const uint8_t* HWY_RESTRICT row, size_t width, size_t channels, uint16_t bins,
                    uint16_t* HWY_RESTRICT indices) {
  const Indices d16;
  const size_t lanes = hn::Lanes(d16);
  const auto factor = hn::Set(d16, bins);
  size_t x = 0;
  for (; x + lanes <= width; x += lanes) hn::StoreU(JointBins(row + channels * x, channels, factor), d16, indices + x);
  for (; x < width; x++) indices[x] = JointBin(row + channels * x, channels, bins);
}

// Counts RGB or gray pixels in the tables of `ColorLayout`. The bins of some pixels are computed while those before are
// counted, where one store waits for the other.
void CountJointRGB(const uint8_t* HWY_RESTRICT pixels, size_t count, size_t channels, uint16_t bins, size_t table,
                   uint32_t* HWY_RESTRICT to) {
  const Indices d16;
  const size_t lanes = hn::Lanes(d16);
  const auto factor = hn::Set(d16, bins);
  HWY_ALIGN uint16_t rooms[2][HWY_MAX_BYTES / 2];
  const auto add = [&](const uint16_t* indices) HWY_ATTR {
    for (size_t i = 0; i < lanes; i += 4) CountFour(indices + i, table, to);
  };
  size_t x = 0;
  if (count >= lanes) {
    hn::Store(JointBins(pixels, channels, factor), d16, rooms[0]);
    size_t turn = 0;
    for (x = lanes; x + lanes <= count; x += lanes, turn ^= 1) {
      hn::Store(JointBins(pixels + channels * x, channels, factor), d16, rooms[turn ^ 1]);
      add(rooms[turn]);
    }
    add(rooms[turn]);
  }
  for (; x < count; x++) to[JointBin(pixels + channels * x, channels, bins)]++;
}

using DI = hn::ScalableTag<int32_t>;
using VI = hn::VFromD<DI>;

struct Three {
  VI a, b, c;
};

HWY_INLINE VI Look(const int32_t* table, VI index) { return hn::GatherIndex(DI(), table, index); }
HWY_INLINE VI Times(VI v, int32_t factor) { return hn::Mul(v, hn::Set(DI(), factor)); }
HWY_INLINE VI Plus(VI v, int32_t more) { return hn::Add(v, hn::Set(DI(), more)); }

HWY_INLINE Three Convert(const Unchanged&, VI r, VI g, VI b) { return {r, g, b}; }

HWY_INLINE Three Convert(const Opponent&, VI r, VI g, VI b) {
  const VI both = hn::Add(r, g);
  return {Plus(hn::Sub(r, g), 255), Plus(hn::Sub(both, hn::Add(b, b)), 510), hn::Add(both, b)};
}

HWY_INLINE Three Convert(const HSVTables& t, VI r, VI g, VI b) {
  const VI value = hn::Max(r, hn::Max(g, b));
  const VI range = hn::Sub(value, hn::Min(r, hn::Min(g, b)));
  const VI green = hn::Add(hn::Sub(b, r), hn::Add(range, range));
  const VI blue = hn::Add(hn::Sub(r, g), hn::ShiftLeft<2>(range));
  const VI sector = hn::IfThenElse(hn::Eq(value, r), hn::Sub(g, b), hn::IfThenElse(hn::Eq(value, g), green, blue));
  const VI hue = hn::ShiftRight<HSVTables::kShift>(Plus(hn::Mul(sector, Look(t.hue, range)), HSVTables::kHalf));
  const VI saturation =
      hn::ShiftRight<HSVTables::kShift>(Plus(hn::Mul(range, Look(t.saturation, value)), HSVTables::kHalf));
  return {hn::IfThenElse(hn::Lt(hue, hn::Zero(DI())), Plus(hue, 180), hue), saturation, value};
}

HWY_INLINE Three Convert(const LabTables& t, VI r, VI g, VI b) {
  const VI red = Look(t.linear, r), green = Look(t.linear, g), blue = Look(t.linear, b);
  const auto root = [&](const int32_t* m) HWY_ATTR {
    const VI sum =
        hn::Add(Times(red, m[0]), hn::Add(Times(green, m[1]), Plus(Times(blue, m[2]), LabTables::kMatrixHalf)));
    return Look(t.root, hn::ShiftRight<LabTables::kMatrixShift>(sum));
  };
  const auto byte = [&](VI v) HWY_ATTR {
    return hn::Min(hn::Max(hn::ShiftRight<LabTables::kRootShift>(v), hn::Zero(DI())), hn::Set(DI(), 255));
  };
  const VI x = root(LabTables::kX), y = root(LabTables::kY), z = root(LabTables::kZ);
  return {byte(Plus(Times(y, LabTables::kLightness), LabTables::kLightnessOffset)),
          byte(Plus(Times(hn::Sub(x, y), 500), LabTables::kCenter)),
          byte(Plus(Times(hn::Sub(y, z), 200), LabTables::kCenter))};
}

// Calls `body(first pixel, how many, the three values of each)` for all of a row of RGB or gray pixels.
template <class Space, class Body>
HWY_INLINE void ForEach(const Space& space, const uint8_t* HWY_RESTRICT row, size_t width, size_t channels, Body body) {
  const DI d;
  const hn::Rebind<uint8_t, DI> d8;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN uint8_t rest[3 * HWY_MAX_BYTES] = {};
  for (size_t x = 0; x < width; x += lanes) {
    const size_t count = width - x < lanes ? width - x : lanes;
    const uint8_t* from = row + channels * x;
    if (count < lanes) from = static_cast<const uint8_t*>(memcpy(rest, from, count * channels));
    hn::VFromD<decltype(d8)> r, g, b;
    if (channels == 3) {
      hn::LoadInterleaved3(d8, from, r, g, b);
    } else {
      r = g = b = hn::LoadU(d8, from);
    }
    body(x, count, Convert(space, hn::PromoteTo(d, r), hn::PromoteTo(d, g), hn::PromoteTo(d, b)));
  }
}

// Bin numbers of a row of pixels by the tables of `FillTables`; three runs of `stride` where bins are not joint.
template <class Space>
HWY_INLINE void BinsOf(const Space& space, const uint8_t* row, size_t width, size_t channels, const int32_t* tables,
                       bool joint, uint16_t* HWY_RESTRICT indices, size_t stride) {
  const hn::Rebind<uint16_t, DI> d16;
  ForEach(space, row, width, channels, [&](size_t x, size_t, Three v) HWY_ATTR {
    const VI a = Look(tables, v.a), b = Look(tables + 1024, v.b), c = Look(tables + 2048, v.c);
    if (joint) {
      hn::StoreU(hn::DemoteTo(d16, hn::Add(a, hn::Add(b, c))), d16, indices + x);
    } else {
      hn::StoreU(hn::DemoteTo(d16, a), d16, indices + x);
      hn::StoreU(hn::DemoteTo(d16, b), d16, indices + stride + x);
      hn::StoreU(hn::DemoteTo(d16, c), d16, indices + 2 * stride + x);
    }
  });
}

void Bins(const mvk_color_settings* s, const uint8_t* row, size_t width, size_t channels, const int32_t* tables,
          uint16_t* indices, size_t stride) {
  switch (s->space) {
    case MVK_COLOR_HSV:
      return BinsOf(HSVTables::Shared(), row, width, channels, tables, s->joint, indices, stride);
    case MVK_COLOR_LAB:
      return BinsOf(LabTables::Shared(), row, width, channels, tables, s->joint, indices, stride);
    case MVK_COLOR_OPPONENT:
      return BinsOf(Opponent(), row, width, channels, tables, s->joint, indices, stride);
    default:
      if (s->joint) return JointBinsOfRGB(row, width, channels, uint16_t(s->bins), indices);
      return BinsOf(Unchanged(), row, width, channels, tables, false, indices, stride);
  }
}

template <class Space>
HWY_INLINE void ConvertAll(const Space& space, const uint8_t* rgb, uint8_t* to, size_t pixels) {
  ForEach(space, rgb, pixels, 3, [&](size_t x, size_t count, Three v) HWY_ATTR {
    HWY_ALIGN int32_t a[HWY_MAX_BYTES / 4], b[HWY_MAX_BYTES / 4], c[HWY_MAX_BYTES / 4];
    hn::Store(v.a, DI(), a);
    hn::Store(v.b, DI(), b);
    hn::Store(v.c, DI(), c);
    for (size_t i = 0; i < count; i++) {
      to[3 * (x + i)] = uint8_t(a[i]), to[3 * (x + i) + 1] = uint8_t(b[i]), to[3 * (x + i) + 2] = uint8_t(c[i]);
    }
  });
}
void ConvertToHSV(const uint8_t* rgb, uint8_t* hsv, size_t pixels) {
  ConvertAll(HSVTables::Shared(), rgb, hsv, pixels);
}
void ConvertToLab(const uint8_t* rgb, uint8_t* lab, size_t pixels) {
  ConvertAll(LabTables::Shared(), rgb, lab, pixels);
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
HWY_EXPORT(Bins);
HWY_EXPORT(CountJointRGB);
HWY_EXPORT(ConvertToHSV);
HWY_EXPORT(ConvertToLab);
HWY_EXPORT(UnitToBytes);

namespace {

void Count(const uint16_t* HWY_RESTRICT indices, size_t count, const ColorLayout& g, uint32_t* HWY_RESTRICT to) {
  size_t i = 0;
  if (g.copies == ColorLayout::kCopies) {
    for (; i + 4 <= count; i += 4) CountFour(indices + i, g.bins, to);
  }
  for (; i < count; i++) to[indices[i]]++;
}

}  // namespace
}  // namespace mvk

size_t mvk_color_bins(const mvk_color_settings* settings) {
  const size_t bins = size_t(settings->bins);
  return settings->joint ? bins * bins * bins : 3 * bins;
}
void mvk_color_tables(const mvk_color_settings* settings, int32_t* tables) {
  const mvk_color_settings& s = *settings;
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
      tables[1024 * c + v] = int32_t(bin * strides[c] + (s.joint ? 0 : uint32_t(c) * bins));
    }
  }
}
size_t mvk_color_scratch(const mvk_color_settings* settings, size_t width) {
  return mvk::ColorLayout(*settings, width).size * sizeof(uint32_t);
}
void mvk_color_histogram(const mvk_color_settings* settings, const int32_t* tables, const mvk_image* image,
                         uint32_t* counts, void* scratch) {
  const size_t height = image->height, width = image->width, channels = image->channels;
  const mvk::ColorLayout layout(*settings, width);
  const size_t grid = size_t(settings->grid), table = layout.copies * layout.bins;
  uint32_t* base = static_cast<uint32_t*>(scratch);
  uint16_t* indices = reinterpret_cast<uint16_t*>(base + layout.indices);
  uint32_t* raw = base + layout.counts;
  const auto bins_of = [&](size_t first, size_t pixels) {
    HWY_DYNAMIC_DISPATCH(mvk::Bins)
    (settings, image->bytes + first * channels, pixels, channels, tables, indices, layout.stride);
  };
  const auto count = [&](size_t start, size_t end, uint32_t* to) {
    for (size_t run = 0; run < (settings->joint ? 1 : 3); run++)
      mvk::Count(indices + run * layout.stride + start, end - start, layout, to);
  };
  for (size_t cell_y = 0; cell_y < grid; cell_y++) {
    memset(raw, 0, grid * table * sizeof(uint32_t));
    if (grid == 1 && settings->space == MVK_COLOR_RGB && settings->joint &&
        layout.copies == mvk::ColorLayout::kCopies) {
      HWY_DYNAMIC_DISPATCH(mvk::CountJointRGB)
      (image->bytes, height * width, channels, uint16_t(settings->bins), layout.bins, raw);
    } else if (grid == 1) {
      for (size_t i = 0; i < height * width; i += mvk::ColorLayout::kRun) {
        const size_t left = height * width - i;
        const size_t pixels = left < mvk::ColorLayout::kRun ? left : mvk::ColorLayout::kRun;
        bins_of(i, pixels);
        count(0, pixels, raw);
      }
    } else {
      for (size_t y = cell_y * height / grid; y < (cell_y + 1) * height / grid; y++) {
        bins_of(y * width, width);
        for (size_t cell_x = 0; cell_x < grid; cell_x++)
          count(cell_x * width / grid, (cell_x + 1) * width / grid, raw + cell_x * table);
      }
    }
    for (size_t cell_x = 0; cell_x < grid; cell_x++, counts += layout.bins) {
      const uint32_t *first = raw + cell_x * table, *second = first + layout.bins, *third = second + layout.bins,
                     *fourth = third + layout.bins;
      if (layout.copies == mvk::ColorLayout::kCopies) {
        for (size_t i = 0; i < layout.bins; i++) counts[i] = first[i] + second[i] + (third[i] + fourth[i]);
      } else {
        memcpy(counts, first, layout.bins * sizeof(uint32_t));
      }
    }
  }
}
void mvk_rgb_to_hsv(const uint8_t* rgb, uint8_t* hsv, size_t pixels) {
  HWY_DYNAMIC_DISPATCH(mvk::ConvertToHSV)(rgb, hsv, pixels);
}
void mvk_rgb_to_lab(const uint8_t* rgb, uint8_t* lab, size_t pixels) {
  HWY_DYNAMIC_DISPATCH(mvk::ConvertToLab)(rgb, lab, pixels);
}
size_t mvk_unit_to_uint8(const float* values, uint8_t* bytes, size_t count) {
  return HWY_DYNAMIC_DISPATCH(mvk::UnitToBytes)(values, bytes, count);
}
#endif
