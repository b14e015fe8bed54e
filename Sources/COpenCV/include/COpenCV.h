// OpenCV's decoders, encoders and HOG descriptor behind plain C; pixels are interleaved RGB or gray.
#ifndef COPENCV_H
#define COPENCV_H

#include <stddef.h>
#include <stdint.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A decoded image, 8 bits per channel, red-green-blue interleaved.
typedef struct MVCVImage MVCVImage;
/// The bytes of an encoded file.
typedef struct MVCVBuffer MVCVBuffer;

/// What stood in the file before the conversion to 8-bit RGB.
typedef struct MVCVSourceFormat {
  /// Bits per channel: 8, 16 or 32.
  int bits;
} MVCVSourceFormat;

/// Decodes JPEG, PNG, WebP, BMP, TIFF or PNM.
///
/// `*image` stays null where the bytes are no image that OpenCV can read, or have more than 8 bits per channel (then
/// `format->bits` says so). With `honour_exif`, turned upright as EXIF says.
GuardedStatus mvcv_decode(const uint8_t* bytes, size_t count, int honour_exif, MVCVSourceFormat* format,
                          MVCVImage** image);
int mvcv_image_height(const MVCVImage* image);
int mvcv_image_width(const MVCVImage* image);
/// Copies height x width x 3 bytes.
void mvcv_image_copy(const MVCVImage* image, uint8_t* target);
void mvcv_image_free(MVCVImage* image);

/// Encodes interleaved RGB (3 channels) or gray (1 channel) bytes; `extension` such as ".png" names the format.
GuardedStatus mvcv_encode(const uint8_t* pixels, int height, int width, int channels, const char* extension,
                          MVCVBuffer** buffer);
const uint8_t* mvcv_buffer_bytes(const MVCVBuffer* buffer);
size_t mvcv_buffer_count(const MVCVBuffer* buffer);
void mvcv_buffer_free(MVCVBuffer* buffer);

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

/// Images and buffers not yet freed, for leak tests.
long mvcv_live_handles(void);

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
