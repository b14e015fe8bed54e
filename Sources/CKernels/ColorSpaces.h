// 8-bit colour conversions by OpenCV's fixed-point formulas, one pixel at a time.
#ifndef CKERNELS_COLOR_SPACES_H
#define CKERNELS_COLOR_SPACES_H

#include <math.h>
#include <stdint.h>

namespace mvk {

struct Triple {
  int32_t a, b, c;
};

/// Hue, saturation, value: hue in degrees / 2, the divisions as 12-bit reciprocals.
class HSVTables {
 public:
  HSVTables() {
    saturation_[0] = hue_[0] = 0;
    for (int32_t i = 1; i < 256; i++) {
      saturation_[i] = int32_t(lrint((255 << kShift) / double(i)));
      hue_[i] = int32_t(lrint((180 << kShift) / (6.0 * i)));
    }
  }
  Triple operator()(int32_t r, int32_t g, int32_t b) const {
    const int32_t value = r > g ? (r > b ? r : b) : (g > b ? g : b);
    const int32_t least = r < g ? (r < b ? r : b) : (g < b ? g : b);
    const int32_t range = value - least;
    const int32_t sector = value == r ? g - b : value == g ? b - r + 2 * range : r - g + 4 * range;
    const int32_t hue = (sector * hue_[range] + kHalf) >> kShift;
    return {hue < 0 ? hue + 180 : hue, (range * saturation_[value] + kHalf) >> kShift, value};
  }
  static const HSVTables& Shared() {
    static const HSVTables tables;
    return tables;
  }

 private:
  static constexpr int32_t kShift = 12, kHalf = 1 << (kShift - 1);
  int32_t saturation_[256], hue_[256];
};

/// CIE L*a*b* of sRGB under D65: L scaled to 255, a and b moved by 128.
class LabTables {
 public:
  LabTables() {
    for (int32_t i = 0; i < 256; i++) {
      const double x = i / 255.0;
      linear_[i] = int32_t(lrint(255 * kLinearScale * (x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4))));
    }
    for (int32_t i = 0; i < kRoots; i++) {
      const double x = i / (255.0 * kLinearScale);
      const double f = x < 216.0 / 24389 ? x * (841.0 / 108) + 16.0 / 116 : cbrt(x);
      root_[i] = int32_t(lrint((1 << kRootShift) * f));
    }
    // OpenCV takes these roots in single precision, where two that lie close to a half round the other way.
    root_[49] = 9454;
    root_[628] = 22126;
  }
  Triple operator()(int32_t r, int32_t g, int32_t b) const {
    const int32_t red = linear_[r], green = linear_[g], blue = linear_[b];
    const int32_t x = Root(1777 * red + 1541 * green + 778 * blue);
    const int32_t y = Root(871 * red + 2929 * green + 296 * blue);
    const int32_t z = Root(73 * red + 448 * green + 3575 * blue);
    // L = (116 f(y) - 16) * 255 / 100, its factors rounded to whole numbers.
    const int32_t offset = (16 * 255 * (1 << kRootShift) + 50) / 100;
    return {Byte((296 * y - offset + kRootHalf) >> kRootShift),
            Byte((500 * (x - y) + (128 << kRootShift) + kRootHalf) >> kRootShift),
            Byte((200 * (y - z) + (128 << kRootShift) + kRootHalf) >> kRootShift)};
  }
  static const LabTables& Shared() {
    static const LabTables tables;
    return tables;
  }

 private:
  static constexpr int32_t kLinearScale = 8, kMatrixShift = 12, kRootShift = 15, kRootHalf = 1 << (kRootShift - 1);
  static constexpr int32_t kRoots = 256 * 3 / 2 * kLinearScale;
  int32_t Root(int32_t sum) const { return root_[(sum + (1 << (kMatrixShift - 1))) >> kMatrixShift]; }
  static int32_t Byte(int32_t value) { return value < 0 ? 0 : value > 255 ? 255 : value; }
  int32_t linear_[256], root_[kRoots];
};

/// Red-green, yellow-blue and intensity, each moved to start at 0: 0...510, 0...1020, 0...765.
struct Opponent {
  Triple operator()(int32_t r, int32_t g, int32_t b) const { return {r - g + 255, r + g - 2 * b + 510, r + g + b}; }
};

}  // namespace mvk

#endif
