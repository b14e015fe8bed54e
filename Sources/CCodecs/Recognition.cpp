// Formats by their first bytes; names lie often enough (ImageNet has PNG files called .JPEG).
#include "Codec.h"

namespace codecs {
namespace {

struct Mark {
  size_t place;
  const char* bytes;
  size_t length;
  MVCodecFormat format;
  /// With its article; of formats that are not decoded.
  const char* name;
};

#define MARK(place, bytes, format, name) \
  { place, bytes, sizeof(bytes) - 1, format, name }
const Mark marks[] = {
    MARK(0, "\xFF\xD8\xFF", MVCodecJPEG, nullptr),
    MARK(0, "\x89PNG\r\n\x1A\n", MVCodecPNG, nullptr),
    MARK(0, "GIF87a", MVCodecGIF, nullptr),
    MARK(0, "GIF89a", MVCodecGIF, nullptr),
    MARK(0, "II*\0", MVCodecTIFF, nullptr),
    MARK(0, "MM\0*", MVCodecTIFF, nullptr),
    MARK(0, "II+\0", MVCodecTIFF, nullptr),
    MARK(0, "MM\0+", MVCodecTIFF, nullptr),
    MARK(0, "BM", MVCodecBMP, nullptr),
    MARK(0, "\xFF\x0A", MVCodecUnsupportedFormat, "a JPEG XL"),
    MARK(0, "\0\0\0\x0CJXL ", MVCodecUnsupportedFormat, "a JPEG XL"),
    MARK(0, "\0\0\0\x0CjP  ", MVCodecUnsupportedFormat, "a JPEG 2000"),
    MARK(0, "\xFF\x4F\xFF\x51", MVCodecUnsupportedFormat, "a JPEG 2000"),
    MARK(0, "\x59\xA6\x6A\x95", MVCodecUnsupportedFormat, "a Sun raster"),
    MARK(0, "\x76\x2F\x31\x01", MVCodecUnsupportedFormat, "an OpenEXR"),
    MARK(0, "#?RADIANCE", MVCodecUnsupportedFormat, "a Radiance HDR"),
    MARK(0, "#?RGBE", MVCodecUnsupportedFormat, "a Radiance HDR"),
    MARK(0, "8BPS", MVCodecUnsupportedFormat, "a Photoshop"),
    MARK(0, "\0\0\1\0", MVCodecUnsupportedFormat, "an icon"),
    MARK(0, "qoif", MVCodecUnsupportedFormat, "a QOI"),
    MARK(0, "DDS ", MVCodecUnsupportedFormat, "a DDS"),
    MARK(0, "II\xBC", MVCodecUnsupportedFormat, "a JPEG XR"),
    MARK(0, "P7", MVCodecUnsupportedFormat, "a PAM"),
    MARK(0, "PF", MVCodecUnsupportedFormat, "a PFM"),
    MARK(0, "Pf", MVCodecUnsupportedFormat, "a PFM"),
    MARK(0, "<svg", MVCodecUnsupportedFormat, "an SVG"),
    MARK(0, "%PDF", MVCodecUnsupportedFormat, "a PDF"),
    MARK(0, "%!PS", MVCodecUnsupportedFormat, "a PostScript"),
};
#undef MARK

/// The names of the boxes that AVIF and HEIC share are told apart by the brands in the first one.
const char* brand(Bytes bytes) {
  if (!bytes.begin("ftyp", 4, 4) || bytes.count < 16) return nullptr;
  size_t end = bytes.big(0, 4);
  if (end > bytes.count) end = bytes.count;
  const char* found = nullptr;
  for (size_t place = 8; place + 4 <= end; place += 4) {
    if (bytes.begin("avif", 4, place) || bytes.begin("avis", 4, place)) return "an AVIF";
    if (bytes.begin("hei", 3, place) || bytes.begin("hev", 3, place)) return "a HEIC";
    if (bytes.begin("mif1", 4, place) || bytes.begin("msf1", 4, place)) found = "a HEIF";
  }
  return found;
}

/// What a failed download leaves in place of an image.
bool is_page(Bytes bytes) {
  size_t place = 0;
  while (place < bytes.count && (bytes.start[place] <= ' ')) ++place;
  return bytes.begin("<!DOCTYPE", 9, place) || bytes.begin("<!doctype", 9, place) || bytes.begin("<html", 5, place) ||
         bytes.begin("<HTML", 5, place);
}

[[noreturn]] void unsupported(const std::string& name) {
  fail(MVCodecUnsupported, "is " + name + " file, a format that is not read");
}

}  // namespace

MVCodecFormat recognize(Bytes bytes) {
  if (bytes.count == 0) fail(MVCodecNotAnImage, "is empty");
  for (const Mark& mark : marks) {
    if (!bytes.begin(mark.bytes, mark.length, mark.place)) continue;
    if (mark.format == MVCodecUnsupportedFormat) unsupported(mark.name);
    return mark.format;
  }
  if (bytes.begin("RIFF", 4) && bytes.begin("WEBP", 4, 8)) return MVCodecWebP;
  if (bytes.count > 2 && bytes.start[0] == 'P' && bytes.start[1] >= '1' && bytes.start[1] <= '6') return MVCodecPNM;
  if (const char* name = brand(bytes)) unsupported(name);
  if (is_page(bytes)) fail(MVCodecNotAnImage, "is a web page and no image");
  fail(MVCodecNotAnImage, "is not an image that can be decoded");
}

}  // namespace codecs
