// Decoded samples become the pixels that were asked for: 16 bits to 8, CMYK to RGB, alpha dropped or composed.
#include <algorithm>
#include <cstring>

#include "Codec.h"

namespace codecs {
namespace {

/// a * b / 255, rounded, as Pillow's MULDIV255.
inline int product(int a, int b) {
  const int scaled = a * b + 128;
  return ((scaled >> 8) + scaled) >> 8;
}

/// color * alpha + background * (255 - alpha), over 255, rounded, as Pillow's BLEND.
inline uint8_t blend(int alpha, int background, int color) {
  const int scaled = color * alpha + background * (255 - alpha) + 128;
  return static_cast<uint8_t>(((scaled >> 8) + scaled) >> 8);
}

/// Halves each of `count` samples of 16 bits in their place.
void narrow(uint8_t* row, size_t count, MVCodecSixteen how, bool plain_gray) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t value;
    std::memcpy(&value, row + 2 * i, 2);
    if (how == MVCodecRoundSixteen)
      row[i] = static_cast<uint8_t>((value + 128u) / 257u);
    else
      row[i] = static_cast<uint8_t>(plain_gray ? std::min<int>(value, 255) : value >> 8);
  }
}

/// Divides colors by the alpha behind them, as Pillow's unpackers of "RGBa" do.
void divide(uint8_t* row, size_t pixels, int channels) {
  for (size_t i = 0; i < pixels; ++i, row += channels) {
    const int alpha = row[channels - 1];
    if (alpha == 255) continue;
    for (int c = 0; c + 1 < channels; ++c)
      row[c] = alpha == 0 ? 0 : static_cast<uint8_t>(std::min(255, row[c] * 255 / alpha));
  }
}

void from_cmyk(const uint8_t* row, size_t pixels, uint8_t* target) {
  for (size_t i = 0; i < pixels; ++i, row += 4, target += 3) {
    const int light = 255 - row[3];
    for (int c = 0; c < 3; ++c) target[c] = static_cast<uint8_t>(std::clamp(light - product(row[c], light), 0, 255));
  }
}

}  // namespace

Rows::Rows(const Request& request, const Samples& samples, int width)
    : request(request), samples(samples), region(request.region) {
  is_direct = samples.bits == 8 && !samples.alpha && !samples.cmyk && samples.channels == request.channels &&
              region.x == 0 && region.width == width;
  if (!is_direct || region.y > 0) scratch.resize(static_cast<size_t>(width) * samples.bytes());
}

uint8_t* Rows::begin(int y) {
  if (!is_direct || y < region.y) return scratch.data();
  return request.target + static_cast<size_t>(y - region.y) * region.width * request.channels;
}

void Rows::end(int y) {
  if (is_direct || !wanted(y)) return;
  uint8_t* row = scratch.data() + static_cast<size_t>(region.x) * samples.bytes();
  const size_t pixels = region.width;
  const MVCodecOptions& options = *request.options;
  uint8_t* target = request.target + static_cast<size_t>(y - region.y) * pixels * request.channels;
  const int channels = samples.channels;
  if (samples.bits == 16) narrow(row, pixels * channels, options.sixteen, channels == 1);
  if (samples.cmyk) return from_cmyk(row, pixels, target);
  if (samples.associated) divide(row, pixels, channels);
  if (channels == request.channels && !samples.alpha) {
    std::memcpy(target, row, pixels * channels);
  } else if (samples.alpha && options.alpha == MVCodecComposeAlpha) {
    const int step = channels >= 3 ? 1 : 0;
    for (size_t i = 0; i < pixels; ++i, row += channels, target += request.channels)
      for (int c = 0; c < request.channels; ++c)
        target[c] = blend(row[channels - 1], options.background[c], row[step * c]);
  } else if (channels == 4 && request.channels == 3) {
    for (size_t i = 0; i < pixels; ++i) std::memcpy(target + 3 * i, row + 4 * i, 3);
  } else {
    const int step = channels >= 3 ? 1 : 0;
    for (size_t i = 0; i < pixels; ++i, row += channels, target += request.channels)
      for (int c = 0; c < request.channels; ++c) target[c] = row[step * c];
  }
}

}  // namespace codecs
