// The first image of a GIF file, as CompuServe's GIF89a says; strict about its codes, which giflib is not.
#include <algorithm>
#include <cstring>

#include "Codec.h"

namespace codecs {
namespace {

[[noreturn]] void cut() { fail(MVCodecCutOff, "is a GIF file that is cut off"); }

/// Codes of variable length out of blocks of up to 255 bytes.
class Codes {
 public:
  Codes(Bytes bytes, size_t place) : bytes(bytes), place(place) {}

  unsigned next(int length) {
    while (held < length) {
      if (left == 0) {
        left = byte();
        if (left == 0) fail(MVCodecDamaged, "is a damaged GIF file: its image ends early");
      }
      buffer |= byte() << held;
      held += 8;
      --left;
    }
    const unsigned code = buffer & ((1u << length) - 1);
    buffer >>= length;
    held -= length;
    return code;
  }

 private:
  Bytes bytes;
  size_t place;
  unsigned buffer = 0, left = 0;
  int held = 0;

  unsigned byte() {
    if (place >= bytes.count) cut();
    return bytes.start[place++];
  }
};

/// Unpacks Lempel, Ziv and Welch's compression with GIF's clear and end codes.
class Unpacking {
 public:
  Unpacking(Bytes bytes, size_t place, int bits) : codes(bytes, place), clear(1u << bits), bits(bits) {}

  void fill(uint8_t* row, size_t count) {
    while (count > 0) {
      if (waiting == 0) step();
      const size_t given = std::min(count, waiting);
      // The string is kept from its end to its start.
      for (size_t i = 0; i < given; ++i) *row++ = string[--waiting];
      count -= given;
    }
  }

 private:
  static constexpr unsigned most = 4096, none = most;
  Codes codes;
  const unsigned clear;
  const int bits;
  unsigned next = 0, last = none;
  int length = 0;
  uint8_t first = 0;
  uint16_t prefix[most];
  uint8_t suffix[most], string[most + 1];
  size_t waiting = 0;

  void start() {
    next = clear + 2;
    length = bits + 1;
    last = none;
  }

  void step() {
    if (length == 0) start();
    const unsigned given = codes.next(length);
    if (given == clear) return start();
    const unsigned end = clear + 1;
    if (given == end) fail(MVCodecDamaged, "is a damaged GIF file: its image ends early");
    if (last == none ? given > clear : given > next || (given == next && next >= most))
      fail(MVCodecDamaged, "is a damaged GIF file: a code stands for nothing yet");
    unsigned code = given;
    // A code that is only now being made is the last string and its first index once more.
    if (last != none && given == next) {
      string[waiting++] = first;
      code = last;
    }
    for (; code >= clear; code = prefix[code]) string[waiting++] = suffix[code];
    string[waiting++] = first = static_cast<uint8_t>(code);
    if (last != none && next < most) {
      prefix[next] = static_cast<uint16_t>(last);
      suffix[next] = first;
      if (++next == 1u << length && length < 12) ++length;
    }
    last = given;
  }
};

class GIF final : public Codec {
 public:
  explicit GIF(Bytes bytes) : bytes(bytes) {
    if (!bytes.holds(0, 13)) cut();
    int height = static_cast<int>(bytes.little(8, 2)), width = static_cast<int>(bytes.little(6, 2));
    size_t place = palette(13, bytes.start[10]);
    place = find(place);
    if (!bytes.holds(place, 9)) cut();
    left = static_cast<int>(bytes.little(place, 2));
    top = static_cast<int>(bytes.little(place + 2, 2));
    frame_width = static_cast<int>(bytes.little(place + 4, 2));
    frame_height = static_cast<int>(bytes.little(place + 6, 2));
    const unsigned flags = bytes.start[place + 8];
    is_interlaced = (flags & 0x40) != 0;
    place = palette(place + 9, flags);
    if (!bytes.holds(place, 1)) cut();
    code_bits = bytes.start[place];
    if (code_bits < 1 || code_bits > 11) fail(MVCodecDamaged, "is a damaged GIF file: codes of a length that none has");
    pixels = place + 1;
    make_table();
    // A first image that reaches beyond the screen makes it larger, as with Pillow.
    info.height = std::max(height, top + frame_height);
    info.width = std::max(width, left + frame_width);
    info.bits = 8;
    info.has_palette = !is_gray;
    info.has_alpha = transparent >= 0;
    info.channels = (is_gray ? 1 : 3) + (info.has_alpha ? 1 : 0);
    info.orientation = 1;
    info.is_animated = has_second();
  }

  void read(const Request& request) override {
    const size_t width = static_cast<size_t>(info.width);
    // What the first image leaves free is transparent, or of the first color.
    std::vector<uint8_t> canvas(width * static_cast<size_t>(info.height),
                                static_cast<uint8_t>(std::max(transparent, 0)));
    read_indices(canvas.data() + static_cast<size_t>(top) * width + static_cast<size_t>(left));
    const bool composed = info.has_alpha && request.options->alpha == MVCodecComposeAlpha;
    const size_t colored = is_gray ? 1 : 3;
    Samples samples;
    samples.channels = static_cast<int>(colored) + (composed ? 1 : 0);
    samples.alpha = composed;
    Rows rows(request, samples, info.width);
    for (int y = request.region.y; y < rows.stop(); ++y) {
      uint8_t* row = rows.begin(y);
      const uint8_t* indices = canvas.data() + static_cast<size_t>(y) * width;
      for (size_t x = 0; x < width; ++x, row += samples.channels) {
        const uint8_t* color = table[indices[x]];
        row[0] = color[0];
        if (colored == 3) row[1] = color[1], row[2] = color[2];
        if (composed) row[colored] = indices[x] == transparent ? 0 : 255;
      }
      rows.end(y);
    }
  }

 private:
  Bytes bytes;
  int left = 0, top = 0, frame_width = 0, frame_height = 0, code_bits = 0, transparent = -1;
  bool is_interlaced = false, is_gray = true;
  size_t pixels = 0, colors = 0, color_count = 0;
  uint8_t table[256][3];

  /// Notes the palette that the flags promise, and steps over it.
  size_t palette(size_t place, unsigned flags) {
    if ((flags & 0x80) == 0) return place;
    colors = place;
    color_count = size_t{2} << (flags & 7);
    if (!bytes.holds(place, 3 * color_count)) cut();
    return place + 3 * color_count;
  }

  /// Steps over a chain of blocks, and its empty last one.
  size_t skip_blocks(size_t place) const {
    while (bytes.holds(place, 1) && bytes.start[place] != 0) place += 1 + size_t{bytes.start[place]};
    return place + 1;
  }

  /// The place behind the mark of the first image.
  size_t find(size_t place) {
    while (true) {
      if (!bytes.holds(place, 2)) cut();
      const unsigned kind = bytes.start[place];
      if (kind == ',') return place + 1;
      if (kind == ';') fail(MVCodecDamaged, "is a GIF file without an image");
      if (kind != '!') {
        ++place;
        continue;
      }
      if (bytes.start[place + 1] == 0xF9 && bytes.holds(place, 7) && (bytes.start[place + 3] & 1))
        transparent = bytes.start[place + 6];
      place = skip_blocks(place + 2);
    }
  }

  /// Whether another image follows.
  bool has_second() const {
    size_t place = skip_blocks(pixels);
    while (bytes.holds(place, 2) && bytes.start[place] == '!') place = skip_blocks(place + 2);
    return bytes.holds(place, 1) && bytes.start[place] == ',';
  }

  /// Pillow takes a palette that changes nothing for none, and grays go on behind its end.
  void make_table() {
    for (size_t i = 0; i < color_count; ++i)
      for (size_t c = 0; c < 3; ++c) is_gray = is_gray && bytes.start[colors + 3 * i + c] == i;
    for (size_t i = 0; i < 256; ++i)
      for (size_t c = 0; c < 3; ++c)
        table[i][c] = is_gray ? static_cast<uint8_t>(i) : i < color_count ? bytes.start[colors + 3 * i + c] : 0;
  }

  void read_indices(uint8_t* canvas) const {
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    Unpacking unpacking(bytes, pixels, code_bits);
    const auto line = [&](int y) {
      unpacking.fill(canvas + static_cast<size_t>(y) * static_cast<size_t>(info.width),
                     static_cast<size_t>(frame_width));
    };
    if (!is_interlaced)
      for (int y = 0; y < frame_height; ++y) line(y);
    else
      for (int pass = 0; pass < 4; ++pass)
        for (int y = starts[pass]; y < frame_height; y += steps[pass]) line(y);
  }
};

}  // namespace

Opened open_gif(Bytes bytes) { return std::make_unique<GIF>(bytes); }

}  // namespace codecs
