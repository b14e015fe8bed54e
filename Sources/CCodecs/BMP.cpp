// Windows and OS/2 bitmaps, as Microsoft's BITMAPFILEHEADER and BITMAPINFOHEADER say; no library of Debian's reads
// them.
#include <algorithm>
#include <cstring>

#include "Codec.h"

namespace codecs {
namespace {

enum Compression : uint32_t { plain = 0, rle8 = 1, rle4 = 2, fields = 3 };

/// One channel of a pixel of 16 or 32 bits.
struct Field {
  uint32_t mask = 0;
  int shift = 0;
  uint32_t most = 0;

  Field() = default;
  explicit Field(uint32_t mask) : mask(mask) {
    if (mask == 0) return;
    while ((mask >> shift & 1) == 0) ++shift;
    most = mask >> shift;
  }
  bool contiguous() const { return (most & (most + 1)) == 0; }
  uint8_t of(uint32_t pixel) const {
    return most == 0 ? 0 : static_cast<uint8_t>(static_cast<uint64_t>((pixel & mask) >> shift) * 255 / most);
  }
};

class BMP final : public Codec {
 public:
  explicit BMP(Bytes bytes) : bytes(bytes) {
    need(0, 18);
    offset = bytes.little(10, 4);
    const uint32_t length = bytes.little(14, 4);
    need(14, length);
    palette_place = 14 + length;
    if (length == 12) {
      info.width = static_cast<int>(bytes.little(18, 2));
      info.height = static_cast<int>(bytes.little(20, 2));
      info.bits = static_cast<int>(bytes.little(24, 2));
    } else if (length == 40 || length == 52 || length == 56 || length == 64 || length == 108 || length == 124) {
      read_header();
    } else {
      fail(MVCodecUnsupported, "is a BMP file with a header of an unknown kind");
    }
    if (compression > fields)
      fail(MVCodecUnsupported, "is a BMP file of compression " + std::to_string(compression) + ", which is not read");
    if (info.bits <= 8) read_palette(length == 12 ? 3 : 4);
    set_fields(length);
    if ((compression == rle8 && info.bits != 8) || (compression == rle4 && info.bits != 4))
      fail(MVCodecDamaged, "is a damaged BMP file: its compression is one of other pixels");
    depth = info.bits;
    info.channels = info.bits <= 8 ? (gray ? 1 : 3) : (alpha.mask ? 4 : 3);
    info.has_palette = info.bits <= 8;
    info.has_alpha = alpha.mask != 0;
    if (depth > 8) info.bits = 8;
    info.orientation = 1;
    if (offset == 0) offset = palette_place;
  }

  void read(const Request& request) override {
    std::vector<uint8_t> unpacked;
    const size_t width = static_cast<size_t>(info.width);
    const uint64_t stride = (static_cast<uint64_t>(width) * static_cast<uint64_t>(depth) + 31) / 32 * 4;
    if (compression == rle8 || compression == rle4) {
      unpacked.resize(width * static_cast<size_t>(info.height));
      unpack(unpacked);
    } else if (offset > bytes.count || stride * static_cast<uint64_t>(info.height) > bytes.count - offset) {
      cut();
    }
    const bool composed = alpha.mask && request.options->alpha == MVCodecComposeAlpha;
    Samples samples;
    samples.alpha = composed;
    samples.channels = composed ? 4 : gray ? 1 : 3;
    Rows rows(request, samples, info.width);
    for (int y = request.region.y; y < rows.stop(); ++y) {
      const size_t line = static_cast<size_t>(from_top ? y : info.height - 1 - y);
      uint8_t* row = rows.begin(y);
      if (!unpacked.empty())
        expand_indices(unpacked.data() + line * width, 8, row, samples.channels);
      else if (depth <= 8)
        expand_indices(bytes.start + offset + line * stride, depth, row, samples.channels);
      else
        expand_colors(bytes.start + offset + line * stride, row, samples.channels);
      rows.end(y);
    }
  }

 private:
  Bytes bytes;
  size_t offset = 0, palette_place = 0;
  uint32_t compression = plain, colors = 0;
  int depth = 0;
  bool from_top = false, gray = false;
  uint8_t table[256][3] = {};
  Field red, green, blue, alpha;

  [[noreturn]] static void cut() { fail(MVCodecCutOff, "is a BMP file that is cut off"); }
  void need(size_t place, size_t length) const {
    if (!bytes.holds(place, length)) cut();
  }

  void read_header() {
    need(18, 36);
    info.width = static_cast<int>(bytes.little(18, 4));
    const auto height = static_cast<int32_t>(bytes.little(22, 4));
    from_top = height < 0;
    info.height = height == INT32_MIN ? 0 : std::abs(height);
    info.bits = static_cast<int>(bytes.little(28, 2));
    compression = bytes.little(30, 4);
    colors = bytes.little(46, 4);
  }

  void read_palette(size_t step) {
    if (info.bits != 1 && info.bits != 2 && info.bits != 4 && info.bits != 8) return;
    if (colors == 0) colors = 1u << info.bits;
    if (colors > 65536) fail(MVCodecDamaged, "is a damaged BMP file: its palette is too large");
    need(palette_place, step * colors);
    gray = true;
    for (uint32_t i = 0; i < std::min(colors, 256u); ++i) {
      const uint8_t* entry = bytes.start + palette_place + step * i;
      for (int c = 0; c < 3; ++c) table[i][c] = entry[2 - c];
      const uint32_t level = colors == 2 ? 255 * i : i;
      gray = gray && entry[0] == level && entry[1] == level && entry[2] == level;
    }
    // Pillow takes a palette that changes nothing for none, and grays go on behind its end.
    for (uint32_t i = colors; gray && i < 256; ++i) std::memset(table[i], static_cast<int>(i), 3);
    palette_place += step * colors;
  }

  void set_fields(uint32_t length) {
    switch (info.bits) {
      case 1:
      case 2:
      case 4:
      case 8:
        if (compression == fields) fail(MVCodecDamaged, "is a damaged BMP file: fields of bits in a palette's index");
        return;
      case 16:
        set_masks(0x7C00, 0x3E0, 0x1F, 0);
        break;
      case 24:
        break;
      case 32:
        set_masks(0xFF0000, 0xFF00, 0xFF, 0);
        break;
      default:
        fail(MVCodecUnsupported, "is a BMP file of " + std::to_string(info.bits) + " bits a pixel, which is not read");
    }
    if (compression != fields || info.bits == 24) return;
    need(54, 12);
    if (length == 40) palette_place += 12;
    const uint32_t last = length >= 56 ? bytes.little(66, 4) : 0;
    set_masks(bytes.little(54, 4), bytes.little(58, 4), bytes.little(62, 4), last);
    // Masks of nothing stand for the usual order.
    if ((red.mask | green.mask | blue.mask | alpha.mask) == 0) set_masks(0xFF0000, 0xFF00, 0xFF, 0xFF000000);
    if (!red.contiguous() || !green.contiguous() || !blue.contiguous() || !alpha.contiguous())
      fail(MVCodecDamaged, "is a damaged BMP file: its fields of bits have gaps");
  }
  void set_masks(uint32_t r, uint32_t g, uint32_t b, uint32_t a) {
    red = Field(r), green = Field(g), blue = Field(b), alpha = Field(a);
  }

  void expand_indices(const uint8_t* from, int width, uint8_t* to, int channels) const {
    for (int x = 0; x < info.width; ++x, to += channels) {
      const int64_t bit = static_cast<int64_t>(x) * width;
      const int index = from[bit / 8] >> (8 - width - static_cast<int>(bit % 8)) & ((1 << width) - 1);
      std::memcpy(to, table[index], gray ? 1 : 3);
    }
  }

  void expand_colors(const uint8_t* from, uint8_t* to, int channels) const {
    const size_t step = static_cast<size_t>(depth) / 8;
    for (int x = 0; x < info.width; ++x, from += step, to += channels) {
      if (step == 3) {
        to[0] = from[2], to[1] = from[1], to[2] = from[0];
        continue;
      }
      uint32_t pixel = from[0] | from[1] << 8;
      if (step == 4) pixel |= static_cast<uint32_t>(from[2]) << 16 | static_cast<uint32_t>(from[3]) << 24;
      to[0] = red.of(pixel), to[1] = green.of(pixel), to[2] = blue.of(pixel);
      if (channels == 4) to[3] = alpha.of(pixel);
    }
  }

  void unpack(std::vector<uint8_t>& indices) const;
};

/// Run lengths; what they leave out at the ends of rows is of the first color, and an image that ends early is damaged.
void BMP::unpack(std::vector<uint8_t>& indices) const {
  const size_t width = static_cast<size_t>(info.width), total = indices.size();
  const bool nibbles = compression == rle4;
  size_t place = offset, done = 0, x = 0;
  const auto take = [&] {
    if (place >= bytes.count) cut();
    return static_cast<size_t>(bytes.start[place++]);
  };
  const auto half = [](size_t byte, size_t i) { return static_cast<uint8_t>(i % 2 == 0 ? byte >> 4 : byte & 15); };
  while (done < total) {
    const size_t count = take(), value = take();
    if (count > 0) {
      const size_t fits = std::min(count, width - std::min(x, width));
      for (size_t i = 0; i < fits && done < total; ++i)
        indices[done++] = nibbles ? half(value, i) : static_cast<uint8_t>(value);
      x += fits;
    } else if (value == 0) {
      done = std::min(total, (done + width - 1) / width * width);
      x = 0;
    } else if (value == 1) {
      fail(MVCodecDamaged, "is a damaged BMP file: it ends before its last row");
    } else if (value == 2) {
      const size_t right = take(), up = take();
      done = std::min(total, done + right + up * width);
      x = done % width;
    } else {
      const size_t pixels = std::min(total - done, value), length = nibbles ? (pixels + 1) / 2 : pixels;
      need(place, length);
      for (size_t i = 0; i < pixels; ++i)
        indices[done++] = nibbles ? half(bytes.start[place + i / 2], i) : bytes.start[place + i];
      place += length;
      x += value;
      place += place % 2;
    }
  }
}

}  // namespace

Opened open_bmp(Bytes bytes) { return std::make_unique<BMP>(bytes); }

}  // namespace codecs
