// OpenCV's HOG descriptor behind plain C; pixels are interleaved RGB or gray.
#ifndef COPENCV_H
#define COPENCV_H

#include <stddef.h>
#include <stdint.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The settings of a `cv::HOGDescriptor`.
///
/// Orientation bins; pixels along a cell, along a block and between blocks; whether angles span 360 degrees; whether
/// the square root of each pixel is taken.
typedef struct MVCVHOGSettings {
  int orientations, cell, block, stride, full_circle, gamma;
} MVCVHOGSettings;

/// Describes interleaved RGB (3 channels) or gray (1 channel) bytes as one window, as large as whole strides allow.
///
/// Writes `count` values in OpenCV's order. Fails where the descriptor has another size.
GuardedStatus mvcv_hog(const MVCVHOGSettings* settings, const uint8_t* pixels, int height, int width, int channels,
                       float* descriptor, size_t count);

/// The version of the OpenCV that is loaded: major, minor, revision.
void mvcv_version(int version[3]);

/// Keeps OpenCV from starting threads of its own; extraction spreads the work itself.
void mvcv_use_one_thread(void);

/// Throws the `kind`th kind of exception through the guard, for the tests of the guard itself.
///
/// 0 cv::Exception, 1 std::bad_alloc, 2 std::runtime_error, 3 an int.
GuardedStatus mvcv_provoke(int kind);

#ifdef __cplusplus
}
#endif

#endif
