#ifndef CKERNELS_WARP_H
#define CKERNELS_WARP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Exchanges left and right of an RGB image in place.
void mvk_mirror(uint8_t* pixels, size_t height, size_t width);

/// The place that a pixel is taken from, in 65536ths of a pixel.
///
/// That of column c and row r is x + c * x_column + r * x_row and y + c * y_column + r * y_row.
typedef struct mvk_warp {
  int64_t x, x_column, x_row, y, y_column, y_row;
} mvk_warp;

/// Takes each RGB pixel of `target` from the pixel of `source` that the place lies in; black where it lies outside.
///
/// Both images have the same size and are not the same memory. The arithmetic is that of Pillow's `Image.transform`.
void mvk_warp_nearest(const uint8_t* source, size_t height, size_t width, const mvk_warp* warp, uint8_t* target);

#ifdef __cplusplus
}
#endif

#endif
