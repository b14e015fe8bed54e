#ifndef CKERNELS_COLOR_H
#define CKERNELS_COLOR_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What three values stand for a color.
enum { MVK_COLOR_RGB = 0, MVK_COLOR_HSV = 1, MVK_COLOR_LAB = 2, MVK_COLOR_OPPONENT = 3 };

/// The settings of a color histogram.
typedef struct {
  /// One of MVK_COLOR_*; bins a channel; whether bins are triples; how many cells lie along each side of the image.
  int32_t space, bins, joint, grid;
} mvk_color_settings;

/// Bins of one cell: bins^3 where they are triples, else 3 x bins.
size_t mvk_color_bins(const mvk_color_settings* settings);

/// Fills `tables`, 3 x 1024 values: the bin of each value of each channel.
void mvk_color_tables(const mvk_color_settings* settings, int32_t* tables);

/// Bytes of scratch memory one image of this width needs, aligned to 128.
size_t mvk_color_scratch(const mvk_color_settings* settings, size_t width);

/// Counts the colors of each cell of the grid into `counts`, cells x bins, with the tables of these settings. The image
/// is of bytes, RGB or gray.
void mvk_color_histogram(const mvk_color_settings* settings, const int32_t* tables, const mvk_image* image,
                         uint32_t* counts, void* scratch);

/// Converts interleaved RGB as OpenCV's 8-bit conversions do: hue in 0...179; L, a, b in 0...255.
void mvk_rgb_to_hsv(const uint8_t* rgb, uint8_t* hsv, size_t pixels);
void mvk_rgb_to_lab(const uint8_t* rgb, uint8_t* lab, size_t pixels);

/// 255 times each value, rounded to nearest, ties to even; returns the index of the first value outside 0...1, or
/// `count`.
size_t mvk_unit_to_uint8(const float* values, uint8_t* bytes, size_t count);

#ifdef __cplusplus
}
#endif

#endif
