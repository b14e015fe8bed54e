#ifndef CKERNELS_BLUR_H
#define CKERNELS_BLUR_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Blurs RGB pixels in place by a symmetrical kernel along each axis; the image is mirrored at its border, its edge not
/// repeated.
///
/// `taps` holds the middle weight and the `reach` ones beside it, which must be less than either side. Sums are in
/// single precision, the nearest weights first, and equal on every instruction set.
void mvk_blur(uint8_t* pixels, size_t height, size_t width, const float* taps, size_t reach);

#ifdef __cplusplus
}
#endif

#endif
