#ifndef CKERNELS_LOCAL_DEVIATION_H
#define CKERNELS_LOCAL_DEVIATION_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of scratch memory one image of this width needs, aligned to 128.
size_t mvk_local_deviation_scratch(size_t width, size_t window);

/// The root of 1e-8 plus the variance in the `window` x `window` pixels around each one, `window` being odd; beyond the
/// border the image is mirrored, the outermost pixels once. Channels are interleaved, and planes in the result. Bytes
/// count as 0...1. Sums are in double precision, of bytes exact.
void mvk_local_deviation_uint8(const uint8_t* image, size_t height, size_t width, size_t channels, size_t window,
                               float* planes, void* scratch);
void mvk_local_deviation_float32(const float* image, size_t height, size_t width, size_t channels, size_t window,
                                 float* planes, void* scratch);

#ifdef __cplusplus
}
#endif

#endif
