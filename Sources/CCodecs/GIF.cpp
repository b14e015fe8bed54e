#include <algorithm>
#include <cstring>

#include <gif_lib.h>

#include "Codec.h"

namespace codecs {
namespace {

/// giflib's state, brought to the pixels of the first image.
struct Library {
  Bytes rest;
  bool beyond = false;
  GifFileType* gif = nullptr;
  int transparent = -1;

  explicit Library(Bytes bytes) : rest(bytes) {
    int error = 0;
    gif = DGifOpen(this, read, &error);
    if (!gif) damaged();
    try {
      seek();
    } catch (...) {
      DGifCloseFile(gif, nullptr);
      throw;
    }
  }
  ~Library() { DGifCloseFile(gif, nullptr); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  [[noreturn]] void damaged() const {
    if (beyond) fail(MVCodecCutOff, "is a GIF file that is cut off");
    const char* words = gif ? GifErrorString(gif->Error) : nullptr;
    fail(MVCodecDamaged, words ? std::string("is a damaged GIF file: ") + words : "is a damaged GIF file");
  }

 private:
  static int read(GifFileType* gif, GifByteType* target, int count) {
    auto& self = *static_cast<Library*>(gif->UserData);
    const size_t wanted = static_cast<size_t>(count);
    if (wanted > self.rest.count) self.beyond = true;
    const size_t given = wanted < self.rest.count ? wanted : self.rest.count;
    if (given > 0) std::memcpy(target, self.rest.start, given);
    self.rest = Bytes{self.rest.start + given, self.rest.count - given};
    return static_cast<int>(given);
  }

  void seek() {
    while (true) {
      GifRecordType kind;
      if (DGifGetRecordType(gif, &kind) == GIF_ERROR) damaged();
      if (kind == TERMINATE_RECORD_TYPE) fail(MVCodecDamaged, "is a GIF file without an image");
      if (kind == IMAGE_DESC_RECORD_TYPE) {
        if (DGifGetImageDesc(gif) == GIF_ERROR) damaged();
        return;
      }
      if (kind == EXTENSION_RECORD_TYPE) skip_extension();
    }
  }

  void skip_extension() {
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) damaged();
    if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4 && (block[1] & 1)) transparent = block[4];
    while (block)
      if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) damaged();
  }
};

class GIF final : public Codec {
 public:
  explicit GIF(Bytes bytes) : bytes(bytes) {
    const Library library(bytes);
    const GifImageDesc& frame = library.gif->Image;
    // A first frame that reaches beyond the screen makes it larger, as with Pillow.
    info.height = std::max(static_cast<int>(library.gif->SHeight), frame.Top + frame.Height);
    info.width = std::max(static_cast<int>(library.gif->SWidth), frame.Left + frame.Width);
    const ColorMapObject* map = colors(library);
    info.bits = map ? map->BitsPerPixel : 8;
    info.has_palette = map != nullptr;
    info.has_alpha = library.transparent >= 0;
    info.channels = (map ? 3 : 1) + (info.has_alpha ? 1 : 0);
    info.orientation = 1;
    info.is_animated = has_second(library);
  }

  void read(const Request& request) override {
    Library library(bytes);
    const GifImageDesc frame = library.gif->Image;
    make_table(library);
    const size_t width = static_cast<size_t>(info.width);
    // What the first frame leaves free is transparent, or of the first color.
    std::vector<uint8_t> canvas(width * static_cast<size_t>(info.height),
                                static_cast<uint8_t>(std::max(library.transparent, 0)));
    read_indices(library, frame, canvas.data() + static_cast<size_t>(frame.Top) * width + frame.Left);
    const bool composed = info.has_alpha && request.options->alpha == MVCodecComposeAlpha;
    Samples samples;
    samples.channels = (info.has_palette ? 3 : 1) + (composed ? 1 : 0);
    samples.alpha = composed;
    Rows rows(request, samples, info.width);
    const size_t colored = info.has_palette ? 3 : 1;
    for (int y = request.region.y; y < rows.stop(); ++y) {
      uint8_t* row = rows.begin(y);
      const uint8_t* indices = canvas.data() + static_cast<size_t>(y) * width;
      for (size_t x = 0; x < width; ++x, row += samples.channels) {
        std::memcpy(row, table[indices[x]], colored);
        if (composed) row[colored] = indices[x] == library.transparent ? 0 : 255;
      }
      rows.end(y);
    }
  }

 private:
  Bytes bytes;
  uint8_t table[256][3];

  /// The palette of the first image; null where there is none, and indices are grays.
  static const ColorMapObject* colors(const Library& library) {
    return library.gif->Image.ColorMap ? library.gif->Image.ColorMap : library.gif->SColorMap;
  }

  void make_table(const Library& library) {
    const ColorMapObject* map = colors(library);
    bool plain = true;  // Pillow takes a palette that changes nothing for none, and grays go on behind its end
    for (int i = 0; map && i < map->ColorCount; ++i)
      plain = plain && map->Colors[i].Red == i && map->Colors[i].Green == i && map->Colors[i].Blue == i;
    for (int i = 0; i < 256; ++i) {
      const auto gray = static_cast<uint8_t>(plain ? i : 0);
      const GifColorType color = map && i < map->ColorCount ? map->Colors[i] : GifColorType{gray, gray, gray};
      table[i][0] = color.Red;
      table[i][1] = color.Green;
      table[i][2] = color.Blue;
    }
  }

  void read_indices(Library& library, const GifImageDesc& frame, uint8_t* canvas) const {
    static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
    const int passes = frame.Interlace ? 4 : 1;
    for (int pass = 0; pass < passes; ++pass)
      for (int y = frame.Interlace ? starts[pass] : 0; y < frame.Height; y += frame.Interlace ? steps[pass] : 1)
        if (DGifGetLine(library.gif, canvas + static_cast<size_t>(y) * static_cast<size_t>(info.width), frame.Width) ==
            GIF_ERROR)
          library.damaged();
  }

  /// Whether another image follows: its blocks are stepped over without decoding them.
  static bool has_second(const Library& library) {
    Bytes rest = library.rest;
    const auto skip_blocks = [&] {
      while (rest.count > 0 && rest.start[0] != 0) {
        const size_t length = 1 + static_cast<size_t>(rest.start[0]);
        if (length > rest.count) return false;
        rest = Bytes{rest.start + length, rest.count - length};
      }
      if (rest.count == 0) return false;
      rest = Bytes{rest.start + 1, rest.count - 1};
      return true;
    };
    // giflib has read the code size, and stands before the first block.
    if (!skip_blocks()) return false;
    while (rest.count > 1 && rest.start[0] == '!') {
      rest = Bytes{rest.start + 2, rest.count - 2};
      if (!skip_blocks()) return false;
    }
    return rest.count > 0 && rest.start[0] == ',';
  }
};

}  // namespace

Opened open_gif(Bytes bytes) { return std::make_unique<GIF>(bytes); }

}  // namespace codecs
