#ifndef CKERNELS_LBP_H
#define CKERNELS_LBP_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How the bits of a neighborhood become a code.
enum { MVK_LBP_DEFAULT = 0, MVK_LBP_ROR = 1, MVK_LBP_UNIFORM = 2, MVK_LBP_NRI_UNIFORM = 3, MVK_LBP_VAR = 4 };

/// The settings of local binary patterns.
typedef struct {
  /// Neighbors of a pixel, 1 to 32, and one of MVK_LBP_*.
  int32_t points, method;
  /// Pixels between an image's edge and the edge of the padded copy: more than the largest offset.
  int32_t padding;
  /// The histogram's bins, and how many cells lie along each side of the image.
  int32_t bins, grid;
  /// The offset of each neighbor from its pixel, rows down and columns to the right.
  const double *rows, *columns;
  /// The bin of each of the 2^points neighborhoods; NULL where the bin is the code.
  const uint16_t* map;
} mvk_lbp_settings;

/// The code of the neighborhood whose set bits are the neighbors not darker than the pixel; neighbor 0 is bit 0.
uint32_t mvk_lbp_code(int32_t method, int32_t points, uint32_t bits);

/// Bytes of scratch memory one image of this size needs, aligned to 128.
size_t mvk_lbp_scratch(const mvk_lbp_settings* settings, size_t height, size_t width);

/// Counts the codes of each cell of the grid into `counts`, cells x bins, of an image of 1 or 3 channels: color is
/// turned into gray as OpenCV does.
void mvk_lbp_histogram(const mvk_lbp_settings* settings, const mvk_image* image, uint32_t* counts, void* scratch);

/// Writes the code (or, for MVK_LBP_VAR, the variance) of each pixel.
void mvk_lbp_map(const mvk_lbp_settings* settings, const mvk_image* image, float* map, void* scratch);

/// Turns interleaved RGB into gray as OpenCV's 8-bit conversion does: 15-bit weights, rounded to nearest.
void mvk_gray_uint8(const uint8_t* rgb, uint8_t* gray, size_t pixels);

#ifdef __cplusplus
}
#endif

#endif
