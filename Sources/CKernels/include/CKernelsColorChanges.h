#ifndef CKERNELS_COLOR_CHANGES_H
#define CKERNELS_COLOR_CHANGES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What may be done to the colors of an image; each gives the bytes that Pillow 13 gives.
typedef enum mvk_color_kind {
  /// Mixes with black: 0 is black, 1 the same image.
  MVK_BRIGHTNESS = 0,
  /// Mixes with the mean of the image's gray values: 0 is that gray, 1 the same image.
  MVK_CONTRAST = 1,
  /// Mixes with gray: 0 is gray, 1 the same image.
  MVK_SATURATION = 2,
  /// Turns the hue in 8-bit HSV, by whole 256ths of the circle, 0 to 255.
  MVK_HUE = 3,
  /// Three equal channels of the gray value.
  MVK_GRAY = 4,
} mvk_color_kind;

/// A change and how much of it.
typedef struct mvk_color_change {
  mvk_color_kind kind;
  float amount;
} mvk_color_change;

/// Changes the colors of `count` RGB pixels in place, one change after the other, each rounded to bytes.
///
/// The pixels are gone through once, and once more for each change of contrast.
void mvk_change_colors(uint8_t* pixels, size_t count, const mvk_color_change* changes, size_t change_count);

#ifdef __cplusplus
}
#endif

#endif
