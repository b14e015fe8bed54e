#ifndef CKERNELS_LOCAL_DEVIATION_H
#define CKERNELS_LOCAL_DEVIATION_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsImage.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of scratch memory one image of this width needs, aligned to 128.
size_t mvk_local_deviation_scratch(size_t width, size_t window);

/// The root of 1e-8 plus the variance in the `window` x `window` pixels around each pixel; `window` is odd.
///
/// Beyond the border the image is mirrored, the outermost pixels not repeated. Channels are planes in the result. Bytes
/// count as 0...1. Sums are in double precision, and exact for bytes.
void mvk_local_deviation(const mvk_image* image, size_t window, float* planes, void* scratch);

#ifdef __cplusplus
}
#endif

#endif
