#include "Codec.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <utility>

namespace {
constexpr int64_t usual_limit = 178956970;
std::atomic<long> live_handles{0};
}  // namespace

using namespace codecs;

struct MVCodecImage : Counted {
  MVCodecOptions options;
  Opened codec;
  int orientation = 1;

  MVCodecImage(Bytes bytes, const MVCodecOptions& given) : options(given) {
    if (options.pixel_limit <= 0) options.pixel_limit = usual_limit;
    const MVCodecFormat format = recognize(bytes);
    codec = open(format, bytes);
    codec->info.format = format;
    codec->check(options);
    if (options.honors_orientation || format == MVCodecTIFF) orientation = codec->info.orientation;
  }

  MVCodecShape shape(int denominator) const {
    MVCodecShape shape{};
    codec->scale(denominator, &shape.height, &shape.width);
    const MVCodecInfo& info = codec->info;
    shape.channels = options.keeps_gray && info.channels <= 2 && !composed_in_color() ? 1 : 3;
    if (orientation >= 5) std::swap(shape.height, shape.width);
    return shape;
  }

  void read(int denominator, const MVCodecRegion* wanted, uint8_t* target) {
    const MVCodecShape whole = shape(denominator);
    const MVCodecRegion region = wanted ? *wanted : MVCodecRegion{0, 0, whole.width, whole.height};
    if (region.x < 0 || region.y < 0 || region.width < 1 || region.height < 1 || region.width > whole.width ||
        region.height > whole.height || region.x > whole.width - region.width ||
        region.y > whole.height - region.height)
      throw std::invalid_argument("a region outside of the image was asked for");
    if (orientation < 2) return codec->read({denominator, region, whole.channels, &options, target});
    const MVCodecRegion stored = stored_region(region, whole.height, whole.width, orientation);
    std::vector<uint8_t> pixels(static_cast<size_t>(stored.height) * stored.width * whole.channels);
    codec->read({denominator, stored, whole.channels, &options, pixels.data()});
    turn(pixels.data(), stored.height, stored.width, whole.channels, orientation, target);
  }

 private:
  Opened open(MVCodecFormat format, Bytes bytes) const {
    switch (format) {
      case MVCodecJPEG:
        return open_jpeg(bytes);
      case MVCodecPNG:
        return open_png(bytes);
      case MVCodecWebP:
        return open_webp(bytes);
      case MVCodecTIFF:
        return open_tiff(bytes, options.pixel_limit);
      case MVCodecGIF:
        return open_gif(bytes);
      case MVCodecBMP:
        return open_bmp(bytes);
      default:
        return open_pnm(bytes);
    }
  }
  /// A colored background makes a gray image with alpha colored.
  bool composed_in_color() const {
    const uint8_t* color = options.background;
    return codec->info.has_alpha && options.alpha == MVCodecComposeAlpha &&
           (color[0] != color[1] || color[1] != color[2]);
  }
};

namespace codecs {

Counted::Counted() { ++live_handles; }
Counted::~Counted() { --live_handles; }

void fail(MVCodecProblem problem, const std::string& words) { throw Failure(problem, words); }

uint32_t Bytes::big(size_t place, int length) const {
  uint32_t value = 0;
  for (int i = 0; i < length; ++i) value = value << 8 | start[place + i];
  return value;
}

uint32_t Bytes::little(size_t place, int length) const {
  uint32_t value = 0;
  for (int i = length; i-- > 0;) value = value << 8 | start[place + i];
  return value;
}

bool Bytes::begin(const char* mark, size_t length, size_t place) const {
  return holds(place, length) && std::memcmp(start + place, mark, length) == 0;
}

void Codec::scale(int, int* height, int* width) const {
  *height = info.height;
  *width = info.width;
}

void Codec::warn(const char* words) noexcept {
  const size_t length = std::strlen(warnings);
  std::snprintf(warnings + length, sizeof warnings - length, "%s%s", length > 0 ? "\n" : "", words);
}

void Codec::check(const MVCodecOptions& options) const {
  const std::string size = std::to_string(info.width) + " x " + std::to_string(info.height);
  if (info.width < 1 || info.height < 1) fail(MVCodecDamaged, "is damaged: it says that it is " + size + " pixels");
  if (static_cast<int64_t>(info.width) * info.height > options.pixel_limit)
    fail(MVCodecTooLarge, "has " + size + " pixels, more than the limit of " + std::to_string(options.pixel_limit));
  if (info.bits == 16 && options.sixteen == MVCodecRefuseSixteen) fail(MVCodecTooDeep, "has 16 bits a channel");
}

}  // namespace codecs

namespace {
/// Runs `body`, and keeps which kind of failure it had.
template <typename Body>
GuardedStatus guarded_codec(MVCodecProblem* problem, Body&& body) {
  *problem = MVCodecNoProblem;
  return guarded<Failure>([&] {
    try {
      body();
    } catch (const Failure& failure) {
      *problem = failure.problem;
      if (failure.problem == MVCodecNoMemory) throw std::bad_alloc();
      throw;
    }
  });
}
}  // namespace

GuardedStatus mv_codec_open(const uint8_t* bytes, size_t count, const MVCodecOptions* options, MVCodecImage** image,
                            MVCodecProblem* problem) {
  *image = nullptr;
  return guarded_codec(problem, [&] { *image = new MVCodecImage(Bytes{bytes, count}, *options); });
}

void mv_codec_info(const MVCodecImage* image, MVCodecInfo* info) { *info = image->codec->info; }

void mv_codec_shape(const MVCodecImage* image, int denominator, MVCodecShape* shape) {
  *shape = image->shape(denominator);
}

GuardedStatus mv_codec_read(MVCodecImage* image, int denominator, const MVCodecRegion* region, uint8_t* target,
                            MVCodecProblem* problem) {
  return guarded_codec(problem, [&] { image->read(denominator, region, target); });
}

const char* mv_codec_warnings(const MVCodecImage* image) { return image->codec->warnings; }
void mv_codec_free(MVCodecImage* image) { delete image; }

const char* mv_codec_format_name(MVCodecFormat format) {
  static const char* const names[] = {"unknown", "JPEG", "PNG", "WebP", "TIFF", "GIF", "BMP", "PNM", "unsupported"};
  return names[format];
}

long mv_codec_live_handles(void) { return live_handles.load(); }
