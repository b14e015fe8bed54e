// Where the orientation of an image stands in its file, and what it does to the pixels.
#include <cstring>
#include <utility>

#include "Codec.h"

namespace codecs {

int exif_orientation(Bytes block) {
  if (block.begin("Exif\0\0", 6)) block = Bytes{block.start + 6, block.count - 6};
  const bool big = block.begin("MM", 2);
  if ((!big && !block.begin("II", 2)) || !block.holds(4, 4)) return 1;
  const auto number = [&](size_t place, int length) {
    return big ? block.big(place, length) : block.little(place, length);
  };
  const size_t directory = number(4, 4);
  if (!block.holds(directory, 2)) return 1;
  const size_t entries = number(directory, 2);
  for (size_t entry = 0; entry < entries; ++entry) {
    const size_t place = directory + 2 + 12 * entry;
    if (!block.holds(place, 12)) break;
    if (number(place, 2) != 0x0112) continue;
    // Bytes, short and long whole numbers, standing in the entry itself from its left.
    const uint32_t type = number(place + 2, 2);
    const int length = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
    if (length == 0 || number(place + 4, 4) == 0) return 1;
    const uint32_t value = number(place + 8, length);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

int xmp_orientation(Bytes block) {
  static const char name[] = "tiff:Orientation";
  const size_t length = sizeof(name) - 1;
  for (size_t place = 0; block.holds(place, length + 3); ++place) {
    const auto* found = static_cast<const uint8_t*>(std::memchr(block.start + place, 't', block.count - place));
    if (!found) break;
    place = static_cast<size_t>(found - block.start);
    if (!block.begin(name, length, place)) continue;
    size_t value = place + length;
    if (block.begin("=\"", 2, value))
      value += 2;
    else if (block.begin(">", 1, value))
      value += 1;
    else
      continue;
    if (!block.holds(value, 1)) break;
    const int orientation = block.start[value] - '0';
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

namespace {
template <int channels>
void turn_pixels(const uint8_t* stored, int height, int width, int orientation, uint8_t* upright) {
  // The place of the first pixel in the upright image, and the steps there along a stored row and down a column.
  const ptrdiff_t across = orientation >= 5 ? height : width, down = orientation >= 5 ? width : height;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const ptrdiff_t first = (from_bottom ? down - 1 : 0) * across + (from_right ? across - 1 : 0);
  const ptrdiff_t x_step = from_right ? -1 : 1, y_step = from_bottom ? -across : across;
  const ptrdiff_t row_step = orientation >= 5 ? y_step : x_step, column_step = orientation >= 5 ? x_step : y_step;
  for (int y = 0; y < height; ++y) {
    ptrdiff_t place = first + y * column_step;
    for (int x = 0; x < width; ++x, place += row_step, stored += channels)
      std::memcpy(upright + place * channels, stored, channels);
  }
}
}  // namespace

void turn(const uint8_t* stored, int height, int width, int channels, int orientation, uint8_t* upright) {
  if (channels == 1)
    turn_pixels<1>(stored, height, width, orientation, upright);
  else
    turn_pixels<3>(stored, height, width, orientation, upright);
}

MVCodecRegion stored_region(MVCodecRegion upright, int upright_height, int upright_width, int orientation) {
  MVCodecRegion region = upright;
  if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7)
    region.x = upright_width - upright.x - upright.width;
  if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8)
    region.y = upright_height - upright.y - upright.height;
  if (orientation >= 5) {
    std::swap(region.x, region.y);
    std::swap(region.width, region.height);
  }
  return region;
}

}  // namespace codecs
