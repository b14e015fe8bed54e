// Image files decoded by the codecs' own libraries, behind plain C; pixels are 8-bit, interleaved RGB or gray.
//
// The yardstick is Pillow: what it decodes by `Image.open(file).convert("RGB")` is decoded to the same bytes.
#ifndef CCODECS_H
#define CCODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The kind of a file, told by its first bytes and not by its name.
typedef enum MVCodecFormat {
  MVCodecUnknown = 0,
  MVCodecJPEG,
  MVCodecPNG,
  MVCodecWebP,
  MVCodecTIFF,
  MVCodecGIF,
  MVCodecBMP,
  MVCodecPNM,
  /// Known by its first bytes, and not decoded; the message of the error names it.
  MVCodecUnsupportedFormat,
} MVCodecFormat;

/// Why a file gives no pixels.
typedef enum MVCodecProblem {
  MVCodecNoProblem = 0,
  /// The bytes begin as no image does.
  MVCodecNotAnImage,
  /// The file ends before its image does.
  MVCodecCutOff,
  /// A part of the file contradicts its format.
  MVCodecDamaged,
  /// A format, or a kind of a format, that is not decoded.
  MVCodecUnsupported,
  /// More pixels than the limit.
  MVCodecTooLarge,
  /// 16 bits a channel, and no conversion was asked for.
  MVCodecTooDeep,
  /// There is not enough memory, which says nothing of the file; reported as GuardedOutOfMemory.
  MVCodecNoMemory,
} MVCodecProblem;

/// How channels of 16 bits become 8.
typedef enum MVCodecSixteen {
  MVCodecRefuseSixteen = 0,
  /// value / 257, rounded: 0 to 0 and 65535 to 255.
  MVCodecRoundSixteen,
  /// As Pillow's convert("RGB"): the high byte where there is color or alpha, and min(value, 255) of plain gray.
  MVCodecPillowSixteen,
} MVCodecSixteen;

/// What becomes of transparency.
typedef enum MVCodecAlpha {
  /// Colors as stored, as Pillow's convert("RGB").
  MVCodecDropAlpha = 0,
  /// Over a background: (color * alpha + background * (255 - alpha)) / 255, rounded, as Pillow's paste with a mask.
  MVCodecComposeAlpha,
} MVCodecAlpha;

/// How to decode. All zeros is what torchvision's image folders do, but that 16 bits a channel are refused.
typedef struct MVCodecOptions {
  /// The most pixels; 0 stands for Pillow's limit, 178,956,970. Checked before memory is taken for them.
  int64_t pixel_limit;
  /// Whether the EXIF orientation turns the image upright. That of a TIFF file always does, as with Pillow.
  int honors_orientation;
  /// Whether gray images keep their one channel; else every image has three.
  int keeps_gray;
  MVCodecSixteen sixteen;
  MVCodecAlpha alpha;
  /// Red, green, blue of the background of MVCodecComposeAlpha.
  uint8_t background[3];
} MVCodecOptions;

/// What a file says of itself before it is decoded.
typedef struct MVCodecInfo {
  MVCodecFormat format;
  /// The size of the pixels as they are stored.
  int height, width;
  /// Channels after a palette is applied: gray 1, with alpha 2, color 3, with alpha or CMYK 4.
  int channels;
  /// Bits a channel, or an index into the palette.
  int bits;
  /// 1 to 8 as in EXIF, 1 being upright; 0 where the bytes that would say so are not there.
  int orientation;
  int has_alpha, has_palette, is_cmyk, is_animated;
} MVCodecInfo;

/// The size of decoded pixels.
typedef struct MVCodecShape {
  int height, width, channels;
} MVCodecShape;

/// A part of the decoded image: its left upper corner and its size.
typedef struct MVCodecRegion {
  int x, y, width, height;
} MVCodecRegion;

/// A file whose header has been read. It is used by one thread at a time, and shares nothing with others.
typedef struct MVCodecImage MVCodecImage;

/// Reads the header of a file; the bytes must stay until the image is freed.
///
/// The first 64 KiB are mostly enough for this. On failure the message is a predicate without a subject, such as "is a
/// JPEG file that is cut off", `*problem` says which kind it is, and `*image` is null.
GuardedStatus mv_codec_open(const uint8_t* bytes, size_t count, const MVCodecOptions* options, MVCodecImage** image,
                            MVCodecProblem* problem);
void mv_codec_info(const MVCodecImage* image, MVCodecInfo* info);

/// The size of what `mv_codec_read` gives, upright where the options ask for that.
///
/// `denominator` is 1, 2, 4 or 8: a JPEG is then decoded at that fraction of its size, rounded up, which is faster and
/// equals Pillow's `draft`. Other formats know no fractions and stay as they are.
void mv_codec_shape(const MVCodecImage* image, int denominator, MVCodecShape* shape);

/// Decodes into `target`, which holds height x width x channels bytes of the region, or of the shape without one.
///
/// A region, in pixels of the shape, is cut out of the same pixels that the whole would have; of a JPEG no more is
/// decoded than it needs, so that damage outside goes unseen. May be called again.
GuardedStatus mv_codec_read(MVCodecImage* image, int denominator, const MVCodecRegion* region, uint8_t* target,
                            MVCodecProblem* problem);

/// What the codecs warned of so far, one a line; empty where nothing. Pillow decodes such files too, in silence.
const char* mv_codec_warnings(const MVCodecImage* image);
void mv_codec_free(MVCodecImage* image);

/// The name of a format, such as "JPEG".
const char* mv_codec_format_name(MVCodecFormat format);

/// Encodes interleaved RGB (3 channels) or gray (1 channel) bytes as a PNG file.
typedef struct MVCodecBuffer MVCodecBuffer;
GuardedStatus mv_codec_encode_png(const uint8_t* pixels, int height, int width, int channels, MVCodecBuffer** buffer);
const uint8_t* mv_codec_buffer_bytes(const MVCodecBuffer* buffer);
size_t mv_codec_buffer_count(const MVCodecBuffer* buffer);
void mv_codec_buffer_free(MVCodecBuffer* buffer);

/// The libraries that decode, with their versions: "libjpeg-turbo 2.1.5, libpng 1.6.39, ...".
const char* mv_codec_versions(void);

/// Images and buffers not yet freed, for leak tests.
long mv_codec_live_handles(void);

#ifdef __cplusplus
}
#endif

#endif
