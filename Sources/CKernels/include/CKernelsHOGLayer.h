#ifndef CKERNELS_HOG_LAYER_H
#define CKERNELS_HOG_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The settings of a soft-binned HOG layer.
typedef struct {
  /// Orientation bins over 180 degrees; pixels along a cell; whether votes are written as the released code writes
  /// them.
  int32_t orientations, cell, released;
} mvk_hog_layer_settings;

/// Bytes of scratch memory one image of this width needs, aligned to 128.
size_t mvk_hog_layer_scratch(const mvk_hog_layer_settings* settings, size_t width);

/// Describes one image of 1 or 3 channels; writes channels, orientations, cells down, cells across. Bytes count as
/// 0...1, floats as they are.
void mvk_hog_layer(const mvk_hog_layer_settings* settings, const mvk_image* image, float* row, void* scratch);

#ifdef __cplusplus
}
#endif

#endif
