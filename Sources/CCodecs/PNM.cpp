// Portable bitmaps, graymaps and pixmaps, plain and raw: P1 to P6 of Netpbm.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "Codec.h"

namespace codecs {
namespace {

bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= 9 && byte <= 13); }

class PNM final : public Codec {
 public:
  explicit PNM(Bytes bytes) : bytes(bytes) {
    const int kind = bytes.start[1] - '0';
    if (!is_blank(bytes.start[2])) fail(MVCodecNotAnImage, "is not an image that can be decoded");
    is_text = kind <= 3;
    is_bitmap = kind == 1 || kind == 4;
    place = 2;
    info.width = static_cast<int>(std::min<uint32_t>(header_number(), INT32_MAX));
    info.height = static_cast<int>(std::min<uint32_t>(header_number(), INT32_MAX));
    most = is_bitmap ? 1 : header_number();
    if (most < 1 || most > 65535) fail(MVCodecDamaged, "is a damaged PNM file: its largest value is not 1 to 65535");
    info.channels = kind % 3 == 0 ? 3 : 1;
    info.bits = is_bitmap ? 1 : most > 255 ? 16 : 8;
    // Pillow rounds deep colors to 8 bits while reading, and clips only grays.
    info.orientation = 1;
  }

  void read(const Request& request) override {
    Samples samples;
    samples.channels = info.channels;
    // Deep colors are scaled at once; so are deep grays where that is asked for.
    samples.bits = info.bits == 16 && info.channels == 1 && request.options->sixteen == MVCodecPillowSixteen ? 16 : 8;
    const uint32_t scaled = samples.bits == 16 ? 65535 : 255;
    Rows rows(request, samples, info.width);
    const size_t count = static_cast<size_t>(info.width) * static_cast<size_t>(info.channels);
    size_t at = place;
    if (!is_text) {
      const uint64_t row = is_bitmap ? (count + 7) / 8 : count * (most > 255 ? 2 : 1);
      if (row * static_cast<uint64_t>(info.height) > bytes.count - at) cut();
    }
    if (!is_text && most == 255) return copy(rows, count);
    std::vector<uint16_t> table;
    make_table(table, scaled);
    for (int y = 0; y < rows.stop(); ++y) {
      uint8_t* target = rows.begin(y);
      for (size_t i = 0; i < count; ++i) {
        const uint16_t value = table[next(at, i)];
        if (samples.bits == 16)
          std::memcpy(target + 2 * i, &value, 2);
        else
          target[i] = static_cast<uint8_t>(value);
      }
      if (is_bitmap && !is_text) at += (count + 7) / 8;
      rows.end(y);
    }
  }

 private:
  Bytes bytes;
  size_t place = 0;
  uint32_t most = 1;
  bool is_text = false, is_bitmap = false;

  [[noreturn]] static void cut() { fail(MVCodecCutOff, "is a PNM file that is cut off"); }

  /// Raw bytes of the usual range are the pixels.
  void copy(Rows& rows, size_t count) const {
    for (int y = 0; y < rows.stop(); ++y) {
      std::memcpy(rows.begin(y), bytes.start + place + static_cast<size_t>(y) * count, count);
      rows.end(y);
    }
  }

  /// value / most x scaled, halves to the even side, as Python's round; of bitmaps 1 is black.
  void make_table(std::vector<uint16_t>& table, uint32_t scaled) const {
    table.resize(most > 255 ? 65536 : 256);
    for (size_t i = 0; i < table.size(); ++i) {
      const double value = std::nearbyint(static_cast<double>(i) / most * scaled);
      table[i] = static_cast<uint16_t>(std::min<double>(value, scaled));
      if (is_bitmap) table[i] = i == 0 ? 255 : 0;
    }
  }

  /// Steps over blanks and comments.
  void skip(size_t& at) const {
    while (at < bytes.count && (is_blank(bytes.start[at]) || bytes.start[at] == '#')) {
      if (bytes.start[at] == '#')
        while (at < bytes.count && bytes.start[at] != '\n' && bytes.start[at] != '\r') ++at;
      else
        ++at;
    }
    if (at >= bytes.count) cut();
  }

  uint32_t number(size_t& at) const {
    uint64_t value = 0;
    const size_t first = at;
    while (at < bytes.count && bytes.start[at] >= '0' && bytes.start[at] <= '9' && value < UINT32_MAX)
      value = value * 10 + (bytes.start[at++] - '0');
    if (at == first) fail(MVCodecDamaged, "is a damaged PNM file: a number is missing");
    return static_cast<uint32_t>(std::min<uint64_t>(value, UINT32_MAX));
  }

  uint32_t header_number() {
    skip(place);
    const uint32_t value = number(place);
    if (place >= bytes.count) cut();
    if (!is_blank(bytes.start[place])) fail(MVCodecDamaged, "is a damaged PNM file: its header is no row of numbers");
    ++place;  // one blank ends the header; what comes behind it may be pixels
    return value;
  }

  /// The next sample, the `i`th of its row.
  uint32_t next(size_t& at, size_t i) const {
    if (is_text) {
      skip(at);
      if (is_bitmap) {
        const uint8_t digit = bytes.start[at++];
        if (digit != '0' && digit != '1') fail(MVCodecDamaged, "is a damaged PNM file: a bit is neither 0 nor 1");
        return digit - '0';
      }
      const uint32_t value = number(at);
      if (value > most) fail(MVCodecDamaged, "is a damaged PNM file: a value is larger than it says");
      return value;
    }
    if (is_bitmap) return bytes.start[at + i / 8] >> (7 - i % 8) & 1;
    if (most <= 255) return bytes.start[at++];
    const uint32_t value = bytes.big(at, 2);
    at += 2;
    return value;
  }
};

}  // namespace

Opened open_pnm(Bytes bytes) { return std::make_unique<PNM>(bytes); }

}  // namespace codecs
