#ifndef CKERNELS_RESAMPLE_H
#define CKERNELS_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// How source pixels are weighted.
///
/// A triangle of half-width 1 pixel, Keys's cubic of half-width 2 with a = -0.5, or Lanczos's windowed sinc of 3.
typedef enum mvk_filter { MVK_BILINEAR = 0, MVK_BICUBIC = 1, MVK_LANCZOS = 2 } mvk_filter;

/// A rectangle of 8-bit pixels within an image: `stride` bytes from row to row, a pixel's channels side by side.
typedef struct mvk_pixels {
  const uint8_t* bytes;
  size_t height, width, channels, stride;
} mvk_pixels;

/// Part of an axis, in pixels; fractions are allowed.
typedef struct mvk_interval {
  double lower, upper;
} mvk_interval;

/// Resamples the box `x` by `y` of `source` to `height` x `width` pixels, without gaps between the rows.
///
/// The kernel is stretched when shrinking, so that no pixel is left out. Weights are 22-bit fixed point, and rows come
/// before columns where Pillow 13 takes them first: the bytes are those of its `resize`. Returns 0, or -1 where there
/// is no memory for what stands between the two passes.
int mvk_resample(const mvk_pixels* source, mvk_interval x, mvk_interval y, mvk_filter filter, size_t height,
                 size_t width, uint8_t* target);

#ifdef __cplusplus
}
#endif

#endif
