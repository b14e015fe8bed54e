#include <cstdio>
#include <cstring>

#include <png.h>

#include "Jump.h"

namespace codecs {
namespace {

/// libpng's state, with its handlers.
struct Library {
  png_structp codec = nullptr;
  png_infop header = nullptr;
  Jump jump;
  Bytes rest;
  Codec* owner;

  Library(Bytes bytes, Codec* owner) : rest(bytes), owner(owner) {
    // Creation reports failure by null, and jumps too where the library is of another version than its header.
    jumping(jump, [&] { codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, leave, note); });
    if (!codec) throw std::bad_alloc();
    header = png_create_info_struct(codec);
    if (!header) {
      png_destroy_read_struct(&codec, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(codec, this, read);
    // The caller's limit of pixels holds; chunks of text and color profiles are not read at all.
    png_set_user_limits(codec, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_keep_unknown_chunks(codec, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_crc_action(codec, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  }
  ~Library() { png_destroy_read_struct(&codec, &header, nullptr); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

 private:
  static void leave(png_structp codec, png_const_charp words) {
    Jump& jump = static_cast<Library*>(png_get_error_ptr(codec))->jump;
    // The library reports it in words alone.
    for (const char* lack : {"ut of memory", "nsufficient memory"})
      if (std::strstr(words, lack)) jump.problem = MVCodecNoMemory;
    if (jump.problem != MVCodecCutOff) std::snprintf(jump.words, sizeof jump.words, "is a damaged PNG file: %s", words);
    std::longjmp(jump.place, 1);
  }
  static void note(png_structp codec, png_const_charp words) {
    static_cast<Library*>(png_get_error_ptr(codec))->owner->warn(words);
  }
  static void read(png_structp codec, png_bytep target, size_t count) {
    auto* self = static_cast<Library*>(png_get_io_ptr(codec));
    if (count > self->rest.count) {
      self->jump.problem = MVCodecCutOff;
      std::snprintf(self->jump.words, sizeof self->jump.words, "is a PNG file that is cut off");
      png_error(codec, "cut off");
    }
    std::memcpy(target, self->rest.start, count);
    self->rest = Bytes{self->rest.start + count, self->rest.count - count};
  }
};

class PNG final : public Codec {
 public:
  explicit PNG(Bytes bytes) : bytes(bytes) {
    Library library(bytes, this);
    jumping(library.jump, [&] { png_read_info(library.codec, library.header); });
    const int color = png_get_color_type(library.codec, library.header);
    info.height = static_cast<int>(png_get_image_height(library.codec, library.header));
    info.width = static_cast<int>(png_get_image_width(library.codec, library.header));
    info.bits = png_get_bit_depth(library.codec, library.header);
    info.has_palette = color == PNG_COLOR_TYPE_PALETTE;
    alpha_channel = (color & PNG_COLOR_MASK_ALPHA) != 0;
    // Transparent entries or one transparent color.
    info.has_alpha = alpha_channel || png_get_valid(library.codec, library.header, PNG_INFO_tRNS);
    info.channels = (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + (info.has_alpha ? 1 : 0);
    walk();
  }

  void read(const Request& request) override {
    Library library(bytes, this);
    int passes = 1;
    const bool composed = info.has_alpha && request.options->alpha == MVCodecComposeAlpha;
    Samples samples;
    jumping(library.jump, [&] {
      png_read_info(library.codec, library.header);
      samples = transform(library, composed, request.channels);
      passes = png_set_interlace_handling(library.codec);
      png_read_update_info(library.codec, library.header);
    });
    const size_t stride = png_get_rowbytes(library.codec, library.header);
    if (stride != samples.bytes() * static_cast<size_t>(info.width)) throw std::logic_error("libpng gave other rows");
    Rows rows(request, samples, info.width);
    if (passes > 1) return read_interlaced(library, rows, stride, passes);
    std::vector<uint8_t> unwanted(rows.stop() < info.height ? stride : 0);
    jumping(library.jump, [&] {
      for (int y = 0; y < info.height; ++y) {
        png_read_row(library.codec, y < rows.stop() ? rows.begin(y) : unwanted.data(), nullptr);
        rows.end(y);
      }
      png_read_end(library.codec, nullptr);
    });
  }

 private:
  Bytes bytes;
  bool alpha_channel = false;

  /// Asks libpng for whole bytes, colors in place of a palette, and alpha only where it is composed.
  Samples transform(Library& library, bool composed, int channels) const {
    png_structp codec = library.codec;
    Samples samples;
    samples.bits = info.bits == 16 ? 16 : 8;
    const bool gray = info.channels <= 2;
    if (info.has_palette) png_set_palette_to_rgb(codec);
    if (gray && info.bits < 8) png_set_expand_gray_1_2_4_to_8(codec);
    // Deep gray with alpha is told from deep plain gray, which Pillow narrows in another way.
    samples.alpha = composed || (alpha_channel && samples.bits == 16);
    if (composed) png_set_tRNS_to_alpha(codec);
    if (!samples.alpha && (alpha_channel || (info.has_palette && info.has_alpha))) png_set_strip_alpha(codec);
    // With tRNS and no alpha wanted, gray and color come as they are.
    samples.channels = (gray ? 1 : 3) + (samples.alpha ? 1 : 0);
    if (gray && channels == 3 && samples.bits == 8 && !samples.alpha) {
      png_set_gray_to_rgb(codec);
      samples.channels = 3;
    }
    if (samples.bits == 16) png_set_swap(codec);  // libpng keeps the file's order, the high byte first
    return samples;
  }

  void read_interlaced(Library& library, Rows& rows, size_t stride, int passes) {
    std::vector<uint8_t> whole(stride * static_cast<size_t>(info.height));
    jumping(library.jump, [&] {
      for (int pass = 0; pass < passes; ++pass)
        for (int y = 0; y < info.height; ++y)
          png_read_row(library.codec, whole.data() + stride * static_cast<size_t>(y), nullptr);
      png_read_end(library.codec, nullptr);
    });
    for (int y = 0; y < rows.stop(); ++y) {
      std::memcpy(rows.begin(y), whole.data() + stride * static_cast<size_t>(y), stride);
      rows.end(y);
    }
  }

  /// Looks through the chunks for what libpng need not read: EXIF may stand behind the pixels.
  void walk() {
    int from_exif = 0, from_xmp = 1;
    bool at_end = false;
    size_t place = 8;
    while (bytes.holds(place, 8)) {
      const size_t length = bytes.big(place, 4);
      const bool whole = bytes.holds(place + 8, length);
      const Bytes block{bytes.start + place + 8, whole ? length : 0};
      if (bytes.begin("acTL", 4, place + 4)) info.is_animated = 1;
      if (whole && bytes.begin("eXIf", 4, place + 4)) from_exif = exif_orientation(block);
      if (bytes.begin("iTXt", 4, place + 4) && block.begin("XML:com.adobe.xmp", 17)) from_xmp = xmp_orientation(block);
      if (bytes.begin("IEND", 4, place + 4)) at_end = true;
      if (at_end || !whole) break;
      place += 12 + length;
    }
    info.orientation = from_exif > 1 ? from_exif : from_xmp > 1 ? from_xmp : at_end || from_exif ? 1 : 0;
  }
};

}  // namespace

Opened open_png(Bytes bytes) { return std::make_unique<PNG>(bytes); }

}  // namespace codecs
