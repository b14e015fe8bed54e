// The tables and constants of OpenCV's 8-bit fixed-point color conversions.
#ifndef CKERNELS_COLOR_SPACES_H
#define CKERNELS_COLOR_SPACES_H

#include <math.h>
#include <stdint.h>

namespace mvk {

/// Red, green, blue as they are.
struct Unchanged {};

/// Red-green, yellow-blue and intensity, each moved to start at 0: 0...510, 0...1020, 0...765.
struct Opponent {};

/// Hue in degrees / 2, saturation, value: divisions as 12-bit reciprocals.
struct HSVTables {
  static constexpr int32_t kShift = 12, kHalf = 1 << (kShift - 1);
  int32_t saturation[256], hue[256];

  HSVTables() {
    saturation[0] = hue[0] = 0;
    for (int32_t i = 1; i < 256; i++) {
      saturation[i] = int32_t(lrint((255 << kShift) / double(i)));
      hue[i] = int32_t(lrint((180 << kShift) / (6.0 * i)));
    }
  }
  static const HSVTables& Shared() {
    static const HSVTables tables;
    return tables;
  }
};

/// CIE L*a*b* of sRGB under D65: L scaled to 255, a and b moved by 128.
struct LabTables {
  static constexpr int32_t kLinearScale = 8, kMatrixShift = 12, kMatrixHalf = 1 << (kMatrixShift - 1);
  static constexpr int32_t kRootShift = 15, kRootHalf = 1 << (kRootShift - 1), kRoots = 256 * 3 / 2 * kLinearScale;
  // X, Y and Z of linear red, green and blue, relative to white.
  static constexpr int32_t kX[3] = {1777, 1541, 778}, kY[3] = {871, 2929, 296}, kZ[3] = {73, 448, 3575};
  // L = (116 f(Y) - 16) 255 / 100 and the shift of a and b, halves for rounding included.
  static constexpr int32_t kLightness = 296;
  static constexpr int32_t kLightnessOffset = kRootHalf - (16 * 255 * (1 << kRootShift) + 50) / 100;
  static constexpr int32_t kCenter = (128 << kRootShift) + kRootHalf;
  int32_t linear[256], root[kRoots];

  LabTables() {
    for (int32_t i = 0; i < 256; i++) {
      const double x = i / 255.0;
      linear[i] = int32_t(lrint(255 * kLinearScale * (x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4))));
    }
    for (int32_t i = 0; i < kRoots; i++) {
      const double x = i / (255.0 * kLinearScale);
      const double f = x < 216.0 / 24389 ? x * (841.0 / 108) + 16.0 / 116 : cbrt(x);
      root[i] = int32_t(lrint((1 << kRootShift) * f));
    }
    // OpenCV takes these roots in single precision, where two that lie close to a half round the other way.
    root[49] = 9454;
    root[628] = 22126;
  }
  static const LabTables& Shared() {
    static const LabTables tables;
    return tables;
  }
};

}  // namespace mvk

#endif
