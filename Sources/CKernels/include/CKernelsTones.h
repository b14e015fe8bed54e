#ifndef CKERNELS_TONES_H
#define CKERNELS_TONES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Counts the values of each channel of `count` RGB pixels: 256 counts of red, of green, of blue.
void mvk_channel_histograms(const uint8_t* pixels, size_t count, uint32_t* counts);

/// Replaces each value of `count` RGB pixels in place by the entry of its channel's table of 256.
void mvk_map_channels(uint8_t* pixels, size_t count, const uint8_t* tables);

/// Keeps the bits of `mask` of each of `count` values in place, and inverts those that are at least `threshold`,
/// 0...256.
void mvk_mask_and_invert(uint8_t* values, size_t count, uint8_t mask, unsigned threshold);

/// Mixes `factor` of an RGB image with the rest of it smoothed by 3 x 3 pixels, 5/13 the middle one; the border is
/// kept.
///
/// Pillow's blend with its `SMOOTH` filter, to the byte. `target` is another image of the same size.
void mvk_sharpen(const uint8_t* pixels, size_t height, size_t width, float factor, uint8_t* target);

#ifdef __cplusplus
}
#endif

#endif
