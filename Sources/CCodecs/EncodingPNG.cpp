// PNG is the one format that is written.
#include <cstdio>

#include <png.h>

#include "Jump.h"

struct MVCodecBuffer : codecs::Counted {
  std::vector<uint8_t> bytes;
};

using namespace codecs;

namespace {

struct Writer {
  png_structp codec = nullptr;
  png_infop header = nullptr;
  Jump jump;
  std::vector<uint8_t>& bytes;

  explicit Writer(std::vector<uint8_t>& bytes) : bytes(bytes) {
    jumping(jump, [&] {
      codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, leave, [](png_structp, png_const_charp) {});
    });
    if (codec) header = png_create_info_struct(codec);
    if (!header) {
      png_destroy_write_struct(&codec, nullptr);
      throw std::bad_alloc();
    }
    png_set_write_fn(codec, this, write, [](png_structp) {});
  }
  /// Jumps must not start inside a handler of exceptions, so that failing is a value here.
  bool append(const uint8_t* from, size_t count) {
    try {
      bytes.insert(bytes.end(), from, from + count);
      return true;
    } catch (...) {
      return false;
    }
  }
  ~Writer() { png_destroy_write_struct(&codec, &header); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  static void leave(png_structp codec, png_const_charp words) {
    Jump& jump = static_cast<Writer*>(png_get_error_ptr(codec))->jump;
    std::snprintf(jump.words, sizeof jump.words, "cannot be written as PNG: %s", words);
    std::longjmp(jump.place, 1);
  }
  static void write(png_structp codec, png_bytep from, size_t count) {
    auto* self = static_cast<Writer*>(png_get_io_ptr(codec));
    if (!self->append(from, count)) png_error(codec, "out of memory");
  }
};

}  // namespace

GuardedStatus mv_codec_encode_png(const uint8_t* pixels, int height, int width, int channels, MVCodecBuffer** buffer) {
  return guarded<Failure>([&] {
    *buffer = nullptr;
    if (height < 1 || width < 1 || (channels != 1 && channels != 3))
      throw std::invalid_argument("a PNG file has pixels of 1 or 3 channels");
    auto result = std::make_unique<MVCodecBuffer>();
    Writer writer(result->bytes);
    jumping(writer.jump, [&] {
      png_set_IHDR(writer.codec, writer.header, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
                   channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                   PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
      png_write_info(writer.codec, writer.header);
      const size_t stride = static_cast<size_t>(width) * static_cast<size_t>(channels);
      for (int y = 0; y < height; ++y) png_write_row(writer.codec, pixels + static_cast<size_t>(y) * stride);
      png_write_end(writer.codec, nullptr);
    });
    *buffer = result.release();
  });
}

const uint8_t* mv_codec_buffer_bytes(const MVCodecBuffer* buffer) { return buffer->bytes.data(); }
size_t mv_codec_buffer_count(const MVCodecBuffer* buffer) { return buffer->bytes.size(); }
void mv_codec_buffer_free(MVCodecBuffer* buffer) { delete buffer; }
