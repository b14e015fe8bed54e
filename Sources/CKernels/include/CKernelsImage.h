#ifndef CKERNELS_IMAGE_H
#define CKERNELS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

/// An image whose channels are interleaved, rows from top to bottom. Exactly one of `bytes` and `floats` is not null.
typedef struct mvk_image {
  const uint8_t* bytes;
  const float* floats;
  size_t height, width, channels;
} mvk_image;

#endif
