#include "TIFFDirectory.h"

#include <algorithm>
#include <iterator>

namespace codecs {
namespace {

/// Whole numbers of a TIFF file in its order of bytes; those beyond the end are the largest.
struct Numbers {
  Bytes bytes;
  bool high_first;

  uint64_t at(uint64_t place, int length) const {
    if (place > bytes.count || !bytes.holds(place, static_cast<size_t>(length))) return UINT64_MAX;
    uint64_t value = 0;
    for (int i = 0; i < length; ++i) {
      const int byte = high_first ? i : length - 1 - i;
      value = value << 8 | bytes.start[place + static_cast<uint64_t>(byte)];
    }
    return value;
  }
};

/// Sizes, bits, compression, colors, and where the pixels lie; no texts, dates or profiles.
bool tells_of_pixels(uint64_t tag) {
  static const uint16_t tags[] = {256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 284,
                                  317, 320, 322, 323, 324, 325, 338, 339, 347, 530, 532};
  return std::binary_search(std::begin(tags), std::end(tags), tag);
}

/// Bytes of a value of each type, from BYTE to IFD8.
uint64_t size_of(uint64_t type) {
  static const uint8_t sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < std::size(sizes) ? sizes[type] : 0;
}

}  // namespace

bool has_whole_directory(Bytes bytes) {
  if (!bytes.holds(0, 8)) return false;
  const Numbers numbers{bytes, bytes.start[0] == 'M'};
  const bool is_big = numbers.at(2, 2) == 43;
  const int wide = is_big ? 8 : 4;
  const uint64_t directory = is_big ? numbers.at(8, 8) : numbers.at(4, 4);
  if (directory >= bytes.count) return false;
  const uint64_t entries = numbers.at(directory, is_big ? 8 : 2), length = is_big ? 20 : 12;
  if (entries > UINT16_MAX) return false;
  const uint64_t first = directory + (is_big ? 8 : 2);
  if (!bytes.holds(first, entries * length + static_cast<uint64_t>(wide))) return false;
  for (uint64_t entry = 0; entry < entries; ++entry) {
    const uint64_t place = first + entry * length;
    if (!tells_of_pixels(numbers.at(place, 2))) continue;
    const uint64_t size = size_of(numbers.at(place + 2, 2)), count = numbers.at(place + 4, wide);
    if (size == 0) continue;  // damage of another kind, which libtiff judges
    if (count > bytes.count) return false;
    if (size * count <= static_cast<uint64_t>(wide)) continue;
    const uint64_t values = numbers.at(place + 4 + static_cast<uint64_t>(wide), wide);
    if (values > bytes.count || !bytes.holds(values, size * count)) return false;
  }
  return true;
}

}  // namespace codecs
