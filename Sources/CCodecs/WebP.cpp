#include <algorithm>
#include <cstring>

#include <webp/decode.h>
#include <webp/demux.h>

#include "Codec.h"

namespace codecs {
namespace {

struct DemuxerEnd {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

class WebP final : public Codec {
 public:
  explicit WebP(Bytes bytes) {
    const WebPData data{bytes.start, bytes.count};
    demuxer.reset(WebPDemuxPartial(&data, &state));
    if (!demuxer) fail(MVCodecDamaged, "is a damaged WebP file");
    if (state == WEBP_DEMUX_PARSING_HEADER) fail(MVCodecCutOff, "is a WebP file that is cut off");
    const uint32_t flags = WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS);
    info.height = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
    info.width = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
    info.has_alpha = (flags & ALPHA_FLAG) != 0;
    info.channels = info.has_alpha ? 4 : 3;
    info.bits = 8;
    info.is_animated = (flags & ANIMATION_FLAG) != 0;
    info.orientation = orientation(flags);
  }

  void read(const Request& request) override {
    if (state != WEBP_DEMUX_DONE) fail(MVCodecCutOff, "is a WebP file that is cut off");
    WebPIterator frame;
    if (!WebPDemuxGetFrame(demuxer.get(), 1, &frame)) fail(MVCodecDamaged, "is a WebP file without a frame");
    const std::unique_ptr<WebPIterator, FrameEnd> end(&frame);
    if (frame.x_offset < 0 || frame.y_offset < 0 || frame.x_offset > info.width - frame.width ||
        frame.y_offset > info.height - frame.height)
      fail(MVCodecDamaged, "is a damaged WebP file: a frame beyond its canvas");
    const bool whole = frame.width == info.width && frame.height == info.height;
    // Around a smaller first frame the canvas is transparent, and black where transparency is dropped.
    const bool composed = request.options->alpha == MVCodecComposeAlpha && (frame.has_alpha || !whole);
    Samples samples;
    samples.channels = composed ? 4 : 3;
    samples.alpha = composed;
    Rows rows(request, samples, info.width);
    const size_t stride = samples.bytes() * static_cast<size_t>(info.width);
    if (whole && rows.direct() && request.region.height == info.height)
      return decode(frame.fragment, composed, rows.begin(0), stride, stride * static_cast<size_t>(info.height));
    std::vector<uint8_t> canvas(stride * static_cast<size_t>(info.height));
    const size_t first =
        stride * static_cast<size_t>(frame.y_offset) + samples.bytes() * static_cast<size_t>(frame.x_offset);
    decode(frame.fragment, composed, canvas.data() + first, stride, canvas.size() - first);
    for (int y = 0; y < rows.stop(); ++y) {
      std::memcpy(rows.begin(y), canvas.data() + stride * static_cast<size_t>(y), stride);
      rows.end(y);
    }
  }

 private:
  struct FrameEnd {
    void operator()(WebPIterator* frame) const { WebPDemuxReleaseIterator(frame); }
  };
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  std::unique_ptr<WebPDemuxer, DemuxerEnd> demuxer;

  static void decode(const WebPData& data, bool alpha, uint8_t* target, size_t stride, size_t size) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) throw std::logic_error("libwebp is of another version than its header");
    config.output.colorspace = alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = WebPRGBABuffer{target, static_cast<int>(stride), size};
    const VP8StatusCode status = WebPDecode(data.bytes, data.size, &config);
    WebPFreeDecBuffer(&config.output);
    switch (status) {
      case VP8_STATUS_OK:
        return;
      case VP8_STATUS_OUT_OF_MEMORY:
        throw std::bad_alloc();
      case VP8_STATUS_NOT_ENOUGH_DATA:
        fail(MVCodecCutOff, "is a WebP file that is cut off");
      default:
        fail(MVCodecDamaged, "is a damaged WebP file");
    }
  }

  int orientation(uint32_t flags) const {
    int found = chunk("EXIF", exif_orientation);
    if (found <= 1) found = std::max(found, chunk("XMP ", xmp_orientation));
    if (found > 0) return found;
    return (flags & (EXIF_FLAG | XMP_FLAG)) == 0 || state == WEBP_DEMUX_DONE ? 1 : 0;
  }
  int chunk(const char* name, int (*read)(Bytes)) const {
    WebPChunkIterator chunk;
    if (!WebPDemuxGetChunk(demuxer.get(), name, 1, &chunk)) return 0;
    const int found = read(Bytes{chunk.chunk.bytes, chunk.chunk.size});
    WebPDemuxReleaseChunkIterator(&chunk);
    return found;
  }
};

}  // namespace

Opened open_webp(Bytes bytes) { return std::make_unique<WebP>(bytes); }

}  // namespace codecs
