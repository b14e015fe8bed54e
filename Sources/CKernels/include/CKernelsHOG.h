#ifndef CKERNELS_HOG_H
#define CKERNELS_HOG_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What is summed to normalize a block.
enum { MVK_HOG_L1 = 0, MVK_HOG_L1_SQRT = 1, MVK_HOG_L2 = 2, MVK_HOG_L2_HYS = 3 };

/// The settings of a histogram of oriented gradients.
typedef struct {
  /// Orientation bins; pixels along a cell; cells along a block; one of MVK_HOG_*; two switches.
  ///
  /// `full_circle`: angles span 360 degrees. `square_root`: the square root of each pixel is taken first.
  int32_t orientations, cell, block, norm, full_circle, square_root;
  /// The orientations - 1 inner edges of the bins, each a vector (x, y) of the upper half plane, angles modulo 180
  /// degrees.
  ///
  /// For 8-bit pixels without square root they must be whole numbers below 2^10.
  const double* edges;
} mvk_hog_settings;

/// Bytes of scratch memory one image of this size needs, aligned to 128.
size_t mvk_hog_scratch(const mvk_hog_settings* settings, size_t height, size_t width, size_t channels);

/// Describes one image; writes blocks down, blocks across, cells down, cells across, orientations.
///
/// Floats have float32 gradients and float64 orientations.
void mvk_hog(const mvk_hog_settings* settings, const mvk_image* image, float* row, void* scratch);

#ifdef __cplusplus
}
#endif

#endif
