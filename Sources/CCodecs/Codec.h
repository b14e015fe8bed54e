// What every codec is to the rest: a header read, and rows of pixels to come.
#ifndef CODEC_H
#define CODEC_H

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "CCodecs.h"

namespace codecs {

/// Why a file gives no pixels, in words that follow its name.
struct Failure : std::runtime_error {
  MVCodecProblem problem;
  Failure(MVCodecProblem problem, const std::string& words) : std::runtime_error(words), problem(problem) {}
};
[[noreturn]] void fail(MVCodecProblem problem, const std::string& words);

/// Something that its receiver frees; how many there are is counted for leak tests.
struct Counted {
  Counted();
  ~Counted();
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

/// The bytes of a file, which are read only where they are.
struct Bytes {
  const uint8_t* start;
  size_t count;

  bool holds(size_t place, size_t length) const { return place <= count && length <= count - place; }
  /// A whole number of 1 to 4 bytes; the place must be held.
  uint32_t big(size_t place, int length) const;
  uint32_t little(size_t place, int length) const;
  bool begin(const char* mark, size_t length, size_t place = 0) const;
};

/// How the samples of a decoded row lie, before they become what was asked for.
struct Samples {
  int channels = 3;
  int bits = 8;
  /// The last of 2 or 4 channels is alpha; with `associated`, the colors have been multiplied by it.
  bool alpha = false, associated = false;
  bool cmyk = false;
  size_t bytes() const { return static_cast<size_t>(channels) * (bits / 8); }
};

/// What is asked of a codec: a part of the stored image, and the form of its pixels.
struct Request {
  int denominator;
  MVCodecRegion region;
  int channels;
  const MVCodecOptions* options;
  uint8_t* target;
};

/// The rows of a region: a codec fills one after the other and says when each is complete.
class Rows {
 public:
  Rows(const Request& request, const Samples& samples, int width);

  /// Where to put row `y` of the stored image, all its width; rows above the region may be put too.
  uint8_t* begin(int y);
  /// Turns the row into what was asked for.
  void end(int y);
  /// Whether rows go to the target as they are, so that many may be filled at a time.
  bool direct() const { return is_direct; }
  bool wanted(int y) const { return y >= region.y && y < stop(); }
  /// The row after the last wanted one.
  int stop() const { return region.y + region.height; }

 private:
  const Request request;
  const Samples samples;
  const MVCodecRegion region;
  bool is_direct;
  std::vector<uint8_t> scratch;
};

class Codec {
 public:
  virtual ~Codec() = default;
  MVCodecInfo info{};
  /// One a line; of fixed size, as it is written where a library must not be left by an exception.
  char warnings[1024] = "";

  /// The stored size at a fraction.
  virtual void scale(int denominator, int* height, int* width) const;
  virtual void read(const Request& request) = 0;

  void warn(const char* words) noexcept;
  /// Refuses images of no size and of more pixels than the limit.
  void check(const MVCodecOptions& options) const;
};

using Opened = std::unique_ptr<Codec>;
Opened open_jpeg(Bytes bytes);
Opened open_png(Bytes bytes);
Opened open_webp(Bytes bytes);
Opened open_tiff(Bytes bytes, int64_t pixel_limit);
Opened open_gif(Bytes bytes);
Opened open_bmp(Bytes bytes);
Opened open_pnm(Bytes bytes);

/// The format of the bytes; fails in words where it is none that is decoded.
MVCodecFormat recognize(Bytes bytes);

/// The orientation in the first directory of an EXIF block, with or without its mark; 1 where it says none.
int exif_orientation(Bytes block);
/// The orientation in a block of XMP; 1 where it says none.
int xmp_orientation(Bytes block);

/// Turns `height` x `width` stored pixels upright.
void turn(const uint8_t* stored, int height, int width, int channels, int orientation, uint8_t* upright);
/// The part of the stored image that a part of the upright one is.
MVCodecRegion stored_region(MVCodecRegion upright, int upright_height, int upright_width, int orientation);

}  // namespace codecs

#endif
