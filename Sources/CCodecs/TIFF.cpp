#include <algorithm>
#include <cstdio>
#include <cstring>

#include <tiffio.h>

#include "TIFFDirectory.h"

namespace codecs {
namespace {

/// More channels than this are no image that Pillow reads either.
constexpr int most_channels = 6;

/// The file for libtiff: its bytes, where it reads, and what it said.
struct Library {
  Bytes bytes;
  Codec* owner;
  TIFF* tiff = nullptr;
  toff_t place = 0;
  char error[256] = "";
  bool beyond = false;

  Library(Bytes bytes, Codec* owner, int64_t pixel_limit) : bytes(bytes), owner(owner) {
    TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
    if (!options) throw std::bad_alloc();
    TIFFOpenOptionsSetErrorHandlerExtR(options, fault, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options, note, this);
    // Eight bytes a pixel are the most that are read: four channels of 16 bits; and some for tables.
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, static_cast<tmsize_t>(8 * pixel_limit + (1 << 24)));
    tiff = TIFFClientOpenExt("", "r", this, read, refuse, seek, close, size, map, unmap, options);
    TIFFOpenOptionsFree(options);
    if (!tiff) damaged();
  }
  ~Library() { TIFFClose(tiff); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  [[noreturn]] void damaged() const {
    if (beyond) fail(MVCodecCutOff, "is a TIFF file that is cut off");
    // The library reports it in words alone.
    for (const char* lack : {"ut of memory", "No space for"})
      if (std::strstr(error, lack)) fail(MVCodecNoMemory, error);
    fail(MVCodecDamaged, error[0] ? std::string("is a damaged TIFF file: ") + error : "is a damaged TIFF file");
  }

  template <typename Value>
  Value get(uint32_t tag, Value otherwise) const {
    Value value{};
    return TIFFGetFieldDefaulted(tiff, tag, &value) ? value : otherwise;
  }

 private:
  static Library& of(thandle_t handle) { return *static_cast<Library*>(handle); }

  static int fault(TIFF*, void* user, const char*, const char* format, va_list values) {
    auto& self = *static_cast<Library*>(user);
    if (!self.error[0]) std::vsnprintf(self.error, sizeof self.error, format, values);
    return 1;
  }
  static int note(TIFF*, void* user, const char*, const char* format, va_list values) {
    char words[256];
    std::vsnprintf(words, sizeof words, format, values);
    static_cast<Library*>(user)->owner->warn(words);
    return 1;
  }
  static tmsize_t read(thandle_t handle, void* target, tmsize_t count) {
    Library& self = of(handle);
    const size_t left = self.place < self.bytes.count ? self.bytes.count - static_cast<size_t>(self.place) : 0;
    const size_t given = std::min(left, static_cast<size_t>(count));
    if (given < static_cast<size_t>(count)) self.beyond = true;
    if (given > 0) std::memcpy(target, self.bytes.start + self.place, given);
    self.place += given;
    return static_cast<tmsize_t>(given);
  }
  static tmsize_t refuse(thandle_t, void*, tmsize_t) { return -1; }
  static toff_t seek(thandle_t handle, toff_t place, int from) {
    Library& self = of(handle);
    if (from == SEEK_CUR) place += self.place;
    if (from == SEEK_END) place += self.bytes.count;
    return self.place = place;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).bytes.count; }
  /// No mapping: reads past the end are then seen by `read`, and damaged offsets never become pointers.
  static int map(thandle_t, void**, toff_t*) { return 0; }
  static void unmap(thandle_t, void*, toff_t) {}
};

/// Brightness and color differences become RGB in their place, by Pillow's whole numbers of 64ths.
void from_ycbcr(uint8_t* pixels, size_t count) {
  const auto times = [](double factor, int difference) { return static_cast<int>(factor * difference * 64 + 0.5); };
  const auto clip = [](int value) { return static_cast<uint8_t>(std::clamp(value, 0, 255)); };
  for (size_t i = 0; i < count; ++i, pixels += 3) {
    const int y = pixels[0], blue = pixels[1] - 128, red = pixels[2] - 128;
    pixels[0] = clip(y + (times(1.402, red) >> 6));
    pixels[1] = clip(y + ((times(-0.34414, blue) + times(-0.71414, red)) >> 6));
    pixels[2] = clip(y + (times(1.772, blue) >> 6));
  }
}

class TIFFFile final : public Codec {
 public:
  TIFFFile(Bytes bytes, int64_t pixel_limit) : library(bytes, this, pixel_limit), pixel_limit(pixel_limit) {
    if (!has_whole_directory(bytes)) fail(MVCodecCutOff, "is a TIFF file that is cut off");
    uint32_t width = 0, height = 0;
    uint16_t tag = 0;
    if (!TIFFGetField(library.tiff, TIFFTAG_IMAGEWIDTH, &width) ||
        !TIFFGetField(library.tiff, TIFFTAG_IMAGELENGTH, &height))
      fail(MVCodecDamaged, "is a TIFF file without a size");
    info.height = static_cast<int>(std::min<uint32_t>(height, INT32_MAX));
    info.width = static_cast<int>(std::min<uint32_t>(width, INT32_MAX));
    bits = library.get<uint16_t>(TIFFTAG_BITSPERSAMPLE, 1);
    stored = library.get<uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
    separate = library.get<uint16_t>(TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
    const auto compression = library.get<uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE);
    if (!TIFFIsCODECConfigured(compression))
      fail(MVCodecUnsupported, "is a TIFF file with a compression that is not read");
    if (!TIFFGetField(library.tiff, TIFFTAG_PHOTOMETRIC, &photometric)) photometric = PHOTOMETRIC_MINISWHITE;
    understand(compression);
    info.bits = bits;
    info.has_palette = photometric == PHOTOMETRIC_PALETTE;
    info.is_cmyk = samples.cmyk;
    info.has_alpha = samples.alpha;
    info.channels = samples.channels;
    info.is_animated = !TIFFLastDirectory(library.tiff);
    info.orientation = library.get<uint16_t>(TIFFTAG_ORIENTATION, 1);
    if (info.orientation < 1 || info.orientation > 8) info.orientation = 1;
    if (!TIFFGetField(library.tiff, TIFFTAG_ORIENTATION, &tag)) info.orientation = orientation_in_text();
  }

  void read(const Request& request) override {
    library.error[0] = 0;
    library.beyond = false;
    Rows rows(request, samples, info.width);
    if (by_library)
      read_colors(rows);
    else
      read_samples(request, rows);
  }

 private:
  Library library;
  const int64_t pixel_limit;
  uint16_t photometric = 0;
  int bits = 1, stored = 1;
  bool separate = false, by_library = false, is_ycbcr = false;
  Samples samples;
  /// What each stored value of up to 8 bits stands for: a gray, or red, green, blue.
  uint8_t table[256][3];

  /// The orientation in a block of XMP; 0 where a tag, perhaps that one, lies behind the bytes.
  int orientation_in_text() const {
    uint32_t length = 0;
    const void* packet = nullptr;
    if (TIFFGetField(library.tiff, TIFFTAG_XMLPACKET, &length, &packet) && packet)
      return xmp_orientation(Bytes{static_cast<const uint8_t*>(packet), length});
    return library.beyond ? 0 : 1;
  }
  void understand(uint16_t compression);
  void read_colors(Rows& rows);
  void read_samples(const Request& request, Rows& rows);
  void make_table();
  void read_band(uint32_t y, uint32_t height, std::vector<uint8_t>& block, uint8_t* band);
  bool is_subsampled() const {
    uint16_t across = 2, down = 2;
    TIFFGetFieldDefaulted(library.tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
    return across != 1 || down != 1;
  }
  void spread(const uint8_t* from, uint32_t count, int plane, uint8_t* to) const;
  int planes() const { return separate ? stored : 1; }
};

/// Finds out what a pixel consists of; refuses in words what Pillow does not read either.
void TIFFFile::understand(uint16_t compression) {
  const auto form = library.get<uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
  if (form == SAMPLEFORMAT_IEEEFP) fail(MVCodecUnsupported, "is a TIFF file of floating-point values");
  if (form != SAMPLEFORMAT_UINT && form != SAMPLEFORMAT_VOID)
    fail(MVCodecUnsupported, "is a TIFF file of values that are no whole numbers without sign");
  if (stored < 1 || stored > most_channels)
    fail(MVCodecUnsupported, "is a TIFF file of " + std::to_string(stored) + " channels");
  int colors = 1;
  switch (photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE:
      break;
    case PHOTOMETRIC_RGB:
      colors = 3;
      break;
    case PHOTOMETRIC_SEPARATED:
      colors = 4;
      samples.cmyk = true;
      break;
    case PHOTOMETRIC_YCBCR:
      colors = 3;
      if (compression == COMPRESSION_JPEG && !separate) {
        TIFFSetField(library.tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        break;
      }
      if (bits != 8 || stored != 3) fail(MVCodecUnsupported, "is a TIFF file of YCbCr in a form that is not read");
      is_ycbcr = compression == COMPRESSION_NONE && !is_subsampled();
      by_library = !is_ycbcr;
      break;
    default:
      fail(MVCodecUnsupported, "is a TIFF file of a color space that is not read");
  }
  if (stored < colors) fail(MVCodecDamaged, "is a damaged TIFF file: it has too few channels");
  const bool few = bits == 1 || bits == 2 || bits == 4;
  const bool deep = bits == 16 && photometric != PHOTOMETRIC_PALETTE;
  if (bits != 8 && !deep && !(few && colors == 1 && stored == 1))
    fail(MVCodecUnsupported, "is a TIFF file of " + std::to_string(bits) + " bits a channel, which is not read");
  uint16_t count = 0;
  const uint16_t* kinds = nullptr;
  if (stored > colors && !samples.cmyk && TIFFGetFieldDefaulted(library.tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) &&
      count > 0) {
    samples.alpha = kinds[0] == EXTRASAMPLE_ASSOCALPHA || kinds[0] == EXTRASAMPLE_UNASSALPHA;
    samples.associated = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  }
  samples.bits = bits == 16 ? 16 : 8;
  samples.channels = (photometric == PHOTOMETRIC_PALETTE ? 3 : colors) + (samples.alpha ? 1 : 0);
}

/// Lets libtiff make the colors, of YCbCr with fewer color than brightness samples.
void TIFFFile::read_colors(Rows& rows) {
  TIFFRGBAImage image;
  char words[1024] = "";
  if (!TIFFRGBAImageBegin(&image, library.tiff, 1, words)) {
    std::snprintf(library.error, sizeof library.error, "%s", words);
    library.damaged();
  }
  struct End {
    TIFFRGBAImage* image;
    ~End() { TIFFRGBAImageEnd(image); }
  } end{&image};
  image.req_orientation = image.orientation;
  const size_t width = static_cast<size_t>(info.width), height = static_cast<size_t>(info.height);
  std::vector<uint32_t> raster(width * height);
  if (!TIFFRGBAImageGet(&image, raster.data(), image.width, image.height) || library.error[0]) library.damaged();
  for (int y = 0; y < rows.stop(); ++y) {
    const uint32_t* from = raster.data() + static_cast<size_t>(y) * width;
    uint8_t* to = rows.begin(y);
    for (size_t x = 0; x < width; ++x, to += 3) {
      to[0] = static_cast<uint8_t>(TIFFGetR(from[x]));
      to[1] = static_cast<uint8_t>(TIFFGetG(from[x]));
      to[2] = static_cast<uint8_t>(TIFFGetB(from[x]));
    }
    rows.end(y);
  }
}

void TIFFFile::make_table() {
  const int most = (1 << bits) - 1;
  if (photometric != PHOTOMETRIC_PALETTE) {
    const bool inverted = photometric == PHOTOMETRIC_MINISWHITE;
    for (int i = 0; i <= most; ++i) table[i][0] = static_cast<uint8_t>((inverted ? most - i : i) * 255 / most);
    return;
  }
  uint16_t *red, *green, *blue;
  if (!TIFFGetField(library.tiff, TIFFTAG_COLORMAP, &red, &green, &blue))
    fail(MVCodecDamaged, "is a damaged TIFF file: its palette is missing");
  for (int i = 0; i <= most; ++i) {
    table[i][0] = static_cast<uint8_t>(red[i] >> 8);
    table[i][1] = static_cast<uint8_t>(green[i] >> 8);
    table[i][2] = static_cast<uint8_t>(blue[i] >> 8);
  }
}

/// Reads strips or tiles, all those of the same rows at a time.
void TIFFFile::read_samples(const Request& request, Rows& rows) {
  if (bits <= 8 && samples.channels - (samples.alpha ? 1 : 0) != 4) make_table();
  const bool tiled = TIFFIsTiled(library.tiff);
  const uint32_t height = static_cast<uint32_t>(info.height);
  const uint32_t tall = tiled ? library.get<uint32_t>(TIFFTAG_TILELENGTH, 0)
                              : std::min(library.get<uint32_t>(TIFFTAG_ROWSPERSTRIP, height), height);
  const uint32_t wide = tiled ? library.get<uint32_t>(TIFFTAG_TILEWIDTH, 0) : static_cast<uint32_t>(info.width);
  if (tall == 0 || wide == 0) fail(MVCodecDamaged, "is a damaged TIFF file: a part of it has no size");
  if (static_cast<int64_t>(tall) * wide > std::max<int64_t>(pixel_limit, 65536))
    fail(MVCodecTooLarge, "is a TIFF file with tiles of more pixels than the limit");
  const tmsize_t size = tiled ? TIFFTileSize(library.tiff) : TIFFStripSize(library.tiff);
  const size_t least = (static_cast<size_t>(wide) * bits * (separate ? 1 : stored) + 7) / 8 * tall;
  if (size <= 0 || static_cast<size_t>(size) < least) library.damaged();
  std::vector<uint8_t> block(static_cast<size_t>(size));
  const size_t stride = static_cast<size_t>(info.width) * samples.bytes();
  std::vector<uint8_t> band(stride * std::min(tall, height));
  // Pillow leaves the values of deep gray whose zero is white as they are.
  const bool inverted =
      samples.bits == 16 && photometric == PHOTOMETRIC_MINISWHITE && request.options->sixteen != MVCodecPillowSixteen;
  for (uint32_t y = 0; y < static_cast<uint32_t>(rows.stop()); y += tall) {
    const uint32_t count = std::min(tall, height - y);
    read_band(y, count, block, band.data());
    if (inverted)
      for (size_t i = 0; i < count * stride; ++i) band[i] = static_cast<uint8_t>(~band[i]);
    if (is_ycbcr) from_ycbcr(band.data(), count * static_cast<size_t>(info.width));
    for (uint32_t row = 0; row < count && y + row < static_cast<uint32_t>(rows.stop()); ++row) {
      std::memcpy(rows.begin(static_cast<int>(y + row)), band.data() + row * stride, stride);
      rows.end(static_cast<int>(y + row));
    }
  }
}

void TIFFFile::read_band(uint32_t y, uint32_t height, std::vector<uint8_t>& block, uint8_t* band) {
  const bool tiled = TIFFIsTiled(library.tiff);
  const uint32_t width = static_cast<uint32_t>(info.width);
  const uint32_t wide = tiled ? library.get<uint32_t>(TIFFTAG_TILEWIDTH, 0) : width;
  const size_t stride = (static_cast<size_t>(wide) * bits * (separate ? 1 : stored) + 7) / 8;
  const auto size = static_cast<tmsize_t>(block.size());
  for (int plane = 0; plane < planes(); ++plane) {
    const auto sample = static_cast<uint16_t>(plane);
    for (uint32_t x = 0; x < width; x += wide) {
      const tmsize_t done =
          tiled ? TIFFReadEncodedTile(library.tiff, TIFFComputeTile(library.tiff, x, y, 0, sample), block.data(), size)
                : TIFFReadEncodedStrip(library.tiff, TIFFComputeStrip(library.tiff, y, sample), block.data(), size);
      if (done < static_cast<tmsize_t>(stride * height) || library.error[0]) library.damaged();
      const uint32_t count = std::min(wide, width - x);
      for (uint32_t row = 0; row < height; ++row)
        spread(block.data() + row * stride, count, plane,
               band + (static_cast<size_t>(row) * width + x) * samples.bytes());
    }
  }
}

/// Takes `count` pixels of a stored row apart, of one channel where channels are stored separately.
void TIFFFile::spread(const uint8_t* from, uint32_t count, int plane, uint8_t* to) const {
  const int step = separate ? 1 : stored, channels = samples.channels;
  const bool paletted = photometric == PHOTOMETRIC_PALETTE;
  if (bits < 8) {  // one channel
    for (uint32_t x = 0; x < count; ++x, to += channels) {
      const uint32_t bit = x * static_cast<uint32_t>(bits);
      const int value = from[bit / 8] >> (8 - bits - static_cast<int>(bit % 8)) & ((1 << bits) - 1);
      std::memcpy(to, table[value], paletted ? 3 : 1);
    }
    return;
  }
  const int colors = samples.cmyk ? 4 : photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR ? 3 : 1;
  const int used = colors + (samples.alpha ? 1 : 0), first = separate ? plane : 0;
  const int last = separate ? std::min(plane + 1, used) : used;
  for (int channel = first; channel < last; ++channel) {
    const uint8_t* source = from + (separate ? 0 : channel) * (bits / 8);
    if (bits == 16) {
      for (uint32_t x = 0; x < count; ++x) std::memcpy(to + 2 * (x * channels + channel), source + 2 * x * step, 2);
    } else if (colors > 1 || channel > 0) {
      uint8_t* target = to + (paletted ? channel + 2 : channel);
      for (uint32_t x = 0; x < count; ++x) target[x * channels] = source[x * step];
    } else {
      for (uint32_t x = 0; x < count; ++x) std::memcpy(to + x * channels, table[source[x * step]], paletted ? 3 : 1);
    }
  }
}

}  // namespace

Opened open_tiff(Bytes bytes, int64_t pixel_limit) { return std::make_unique<TIFFFile>(bytes, pixel_limit); }

}  // namespace codecs
