#include <algorithm>
#include <cstdio>
#include <cstring>

#include <jpeglib.h>
#include <jerror.h>

#include "Jump.h"

namespace codecs {
namespace {

/// Real files have tens of scans; thousands of them over a large image are made to keep a reader busy.
constexpr int most_scans = 500;

/// libjpeg's state, with its handlers; the address stays.
struct Library {
  jpeg_decompress_struct codec{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr source{};
  jpeg_progress_mgr progress{};
  Jump jump;
  Bytes bytes;
  Codec* owner;

  Library(Bytes bytes, Codec* owner) : bytes(bytes), owner(owner) {
    codec.err = jpeg_std_error(&errors);
    codec.client_data = this;
    errors.error_exit = leave;
    errors.emit_message = note;
    errors.output_message = [](j_common_ptr) {};
    jumping(jump, [&] { jpeg_create_decompress(&codec); });
    source.init_source = source.term_source = [](j_decompress_ptr) {};
    source.fill_input_buffer = [](j_decompress_ptr info) -> boolean {
      ERREXIT(info, JERR_INPUT_EOF);
      return FALSE;
    };
    source.skip_input_data = skip;
    source.resync_to_restart = jpeg_resync_to_restart;
    codec.src = &source;
    progress.progress_monitor = watch;
    codec.progress = &progress;
  }
  ~Library() { jpeg_destroy_decompress(&codec); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// Reads the header, again if need be.
  void begin() {
    jpeg_abort_decompress(&codec);
    source.next_input_byte = bytes.start;
    source.bytes_in_buffer = bytes.count;
    jpeg_save_markers(&codec, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&codec, TRUE);
  }

 private:
  static Library& of(j_common_ptr info) { return *static_cast<Library*>(info->client_data); }

  static void leave(j_common_ptr info) {
    Jump& jump = of(info).jump;
    char words[JMSG_LENGTH_MAX];
    info->err->format_message(info, words);
    switch (info->err->msg_code) {
      case JERR_INPUT_EOF:
        jump.problem = MVCodecCutOff;
        std::snprintf(jump.words, sizeof jump.words, "is a JPEG file that is cut off");
        break;
      case JERR_OUT_OF_MEMORY:
        jump.problem = MVCodecNoMemory;
        std::snprintf(jump.words, sizeof jump.words, "takes more memory than there is");
        break;
      case JERR_SOF_UNSUPPORTED:
      case JERR_BAD_PRECISION:
      case JERR_ARITH_NOTIMPL:
      case JERR_NOT_COMPILED:
      case JERR_CONVERSION_NOTIMPL:
      case JERR_CCIR601_NOTIMPL:
        jump.problem = MVCodecUnsupported;
        std::snprintf(jump.words, sizeof jump.words, "is a JPEG file of a kind that is not read: %s", words);
        break;
      default:
        jump.problem = MVCodecDamaged;
        std::snprintf(jump.words, sizeof jump.words, "is a damaged JPEG file: %s", words);
    }
    std::longjmp(jump.place, 1);
  }

  /// Negative levels are warnings; the rest is a trace.
  static void note(j_common_ptr info, int level) {
    if (level >= 0) return;
    ++info->err->num_warnings;
    char words[JMSG_LENGTH_MAX];
    info->err->format_message(info, words);
    of(info).owner->warn(words);
  }

  static void skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if (static_cast<size_t>(count) > info->src->bytes_in_buffer) ERREXIT(info, JERR_INPUT_EOF);
    info->src->next_input_byte += count;
    info->src->bytes_in_buffer -= static_cast<size_t>(count);
  }

  static void watch(j_common_ptr info) {
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most_scans) return;
    Jump& jump = of(info).jump;
    jump.problem = MVCodecDamaged;
    std::snprintf(jump.words, sizeof jump.words, "is a damaged JPEG file: more than %d scans", most_scans);
    std::longjmp(jump.place, 1);
  }
};

class JPEG final : public Codec {
 public:
  explicit JPEG(Bytes bytes) : library(bytes, this) {
    jumping(library.jump, [&] { library.begin(); });
    const jpeg_decompress_struct& codec = library.codec;
    info.height = static_cast<int>(codec.image_height);
    info.width = static_cast<int>(codec.image_width);
    info.channels = codec.num_components;
    info.bits = codec.data_precision;
    info.is_cmyk = codec.num_components == 4;
    if (info.channels != 1 && info.channels != 3 && info.channels != 4)
      fail(MVCodecUnsupported, "is a JPEG file of " + std::to_string(info.channels) + " channels");
    info.orientation = orientation();
  }

  void scale(int denominator, int* height, int* width) const override {
    *height = (info.height + denominator - 1) / denominator;
    *width = (info.width + denominator - 1) / denominator;
  }

  void read(const Request& request) override {
    if (used) jumping(library.jump, [&] { library.begin(); });
    used = true;
    const Samples samples{info.is_cmyk ? 4 : request.channels, 8, false, false, info.is_cmyk != 0};
    jumping(library.jump, [&] { start(request); });
    Request part = request;
    part.region.x -= static_cast<int>(left);
    Rows rows(part, samples, static_cast<int>(library.codec.output_width));
    jumping(library.jump, [&] { fill(request, rows); });
  }

 private:
  Library library;
  bool used = false;
  /// Where the decoded columns begin in those of the whole image.
  JDIMENSION left = 0;

  int orientation() const {
    int from_xmp = 1;
    for (const jpeg_marker_struct* marker = library.codec.marker_list; marker; marker = marker->next) {
      const Bytes block{marker->data, marker->data_length};
      if (block.begin("Exif\0\0", 6)) {
        const int found = exif_orientation(block);
        if (found != 1) return found;
      }
      if (block.begin("http://ns.adobe.com/xap/1.0/\0", 29)) from_xmp = xmp_orientation(block);
    }
    return from_xmp;
  }

  /// Begins decoding the columns that are asked for, from a row above those that are.
  ///
  /// The slow but exact transform and upsampling are the library's defaults, and Pillow's.
  void start(const Request& request) {
    jpeg_decompress_struct& codec = library.codec;
    const MVCodecRegion& region = request.region;
    codec.scale_num = 1;
    codec.scale_denom = static_cast<unsigned>(request.denominator);
    codec.out_color_space = info.is_cmyk ? JCS_CMYK : request.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(&codec);
    // Colors are interpolated across blocks, so one more on each side keeps the pixels those of the whole image.
    const int block = codec.max_h_samp_factor * codec.min_DCT_scaled_size;
    const int first = std::max(0, region.x - block);
    const int last = std::min(static_cast<int>(codec.output_width), region.x + region.width + block);
    left = static_cast<JDIMENSION>(first);
    auto width = static_cast<JDIMENSION>(last - first);
    if (width < codec.output_width) jpeg_crop_scanline(&codec, &left, &width);
    const int above = region.y - codec.max_v_samp_factor * codec.min_DCT_scaled_size;
    if (above > 0) jpeg_skip_scanlines(&codec, static_cast<JDIMENSION>(above));
  }

  void fill(const Request& request, Rows& rows);
};

void JPEG::fill(const Request& request, Rows& rows) {
  jpeg_decompress_struct& codec = library.codec;
  // Libraries hand out a few rows a call, as many as a row of blocks has; more are not asked for at a time.
  constexpr int most = 16;
  uint8_t* pointers[most];
  while (static_cast<int>(codec.output_scanline) < rows.stop()) {
    const int y = static_cast<int>(codec.output_scanline);
    const int count = rows.direct() && y >= request.region.y ? std::min(most, rows.stop() - y) : 1;
    for (int i = 0; i < count; ++i) pointers[i] = rows.begin(y + i);
    const int done = static_cast<int>(jpeg_read_scanlines(&codec, pointers, static_cast<JDIMENSION>(count)));
    if (info.is_cmyk) {
      // Adobe stores CMYK inverted; like Pillow, take every file for Adobe's.
      for (unsigned i = 0; i < 4 * codec.output_width; ++i) pointers[0][i] = static_cast<uint8_t>(255 - pointers[0][i]);
    }
    for (int i = 0; i < done; ++i) rows.end(y + i);
  }
  if (codec.output_scanline == codec.output_height)
    jpeg_finish_decompress(&codec);
  else
    jpeg_abort_decompress(&codec);
}

}  // namespace

Opened open_jpeg(Bytes bytes) { return std::make_unique<JPEG>(bytes); }

}  // namespace codecs
