// Decodes mutated image files; built and run by fuzz-codecs, with sanitizers. Usage: fuzz-codecs COUNT SEED FILE...
//
// Each file is decoded COUNT times, each time cut, with bytes changed, or with a piece of another file put in. Whatever
// is reported must be an error in words; a crash, a leak or a message on stderr is a fault.
#include <CCodecs.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

using File = std::vector<uint8_t>;

#include <zlib.h>

namespace {
constexpr int64_t pixel_limit = 1 << 20;

File mutated(const File& file, const File& other, std::mt19937_64& random) {
  File result = file;
  const auto below = [&](size_t most) { return static_cast<size_t>(random() % (most ? most : 1)); };
  switch (below(6)) {
    case 0:
      result.resize(below(result.size()) + 1);
      break;
    case 1: {
      const size_t from = below(other.size()), at = below(result.size());
      const size_t count = std::min(below(64) + 1, other.size() - from);
      result.insert(result.begin() + static_cast<ptrdiff_t>(at), other.begin() + static_cast<ptrdiff_t>(from),
                    other.begin() + static_cast<ptrdiff_t>(from + count));
      break;
    }
    case 2: {
      const size_t at = below(result.size());
      result.erase(result.begin() + static_cast<ptrdiff_t>(at),
                   result.begin() + static_cast<ptrdiff_t>(std::min(result.size(), at + below(32) + 1)));
      break;
    }
    default:
      break;
  }
  // Most changes fall into the header, where sizes and counts stand.
  static const uint8_t telling[] = {0, 1, 2, 4, 8, 16, 0x7F, 0x80, 0xFE, 0xFF};
  for (size_t i = below(6); i > 0 && !result.empty(); --i) {
    const size_t at = below(2) ? below(result.size()) : below(std::min<size_t>(result.size(), 96));
    result[at] = below(2) ? telling[below(sizeof telling)] : static_cast<uint8_t>(random());
  }
  return result;
}

uint32_t big(const uint8_t* bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | bytes[3];
}

/// Makes the checksums of a PNG right again, so that what they guard is put to the test too.
void check(File& file) {
  if (file.size() < 8 || std::memcmp(file.data(), "\x89PNG", 4) != 0) return;
  for (size_t place = 8; place + 12 <= file.size();) {
    const size_t length = big(file.data() + place);
    if (length > file.size() - place - 12) return;
    const auto sum = static_cast<uint32_t>(crc32(0, file.data() + place + 4, static_cast<uInt>(length + 4)));
    for (size_t i = 0; i < 4; ++i) file[place + 8 + length + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
    place += 12 + length;
  }
}

/// Whether an image came out of it.
bool decode(const File& file, std::mt19937_64& random) {
  MVCodecOptions options{};
  options.pixel_limit = pixel_limit;
  options.honors_orientation = random() & 1;
  options.keeps_gray = random() & 1;
  options.sixteen = static_cast<MVCodecSixteen>(random() % 3);
  options.alpha = static_cast<MVCodecAlpha>(random() % 2);
  options.background[0] = static_cast<uint8_t>(random());
  MVCodecImage* image = nullptr;
  MVCodecProblem problem;
  // Exactly as large as the file, so that the sanitizer sees a read past its end.
  const std::unique_ptr<uint8_t[]> bytes(new uint8_t[file.size()]);
  std::memcpy(bytes.get(), file.data(), file.size());
  const auto failed = [&](GuardedStatus status) {
    if (status == GuardedOK) return false;
    if (status == GuardedOutOfMemory) return true;
    if (status != GuardedLibraryError || problem == MVCodecNoProblem || !*guarded_last_message()) {
      std::printf("an error of no kind: %d %s\n", status, guarded_last_message());
      std::exit(1);
    }
    return true;
  };
  if (failed(mv_codec_open(bytes.get(), file.size(), &options, &image, &problem))) return false;
  const std::unique_ptr<MVCodecImage, void (*)(MVCodecImage*)> owner(image, mv_codec_free);
  bool decoded = true;
  for (int turn = 0; turn < 2; ++turn) {
    const int denominator = turn == 0 ? 1 : 1 << random() % 4;
    MVCodecShape shape;
    mv_codec_shape(image, denominator, &shape);
    if (static_cast<int64_t>(shape.height) * shape.width > pixel_limit) std::abort();
    MVCodecRegion region{0, 0, shape.width, shape.height};
    if (turn == 1) {
      region.x = static_cast<int>(random() % static_cast<unsigned>(shape.width));
      region.y = static_cast<int>(random() % static_cast<unsigned>(shape.height));
      region.width = 1 + static_cast<int>(random() % static_cast<unsigned>(shape.width - region.x));
      region.height = 1 + static_cast<int>(random() % static_cast<unsigned>(shape.height - region.y));
    }
    const size_t count = static_cast<size_t>(region.height) * region.width * shape.channels;
    const std::unique_ptr<uint8_t[]> target(new uint8_t[count]);
    if (failed(mv_codec_read(image, denominator, turn == 1 ? &region : nullptr, target.get(), &problem)))
      decoded = false;
  }
  return decoded;
}
}  // namespace

int main(int count, char** values) {
  if (count < 4) return std::fprintf(stderr, "usage: fuzz-codecs COUNT SEED FILE...\n"), 64;
  const long times = std::atol(values[1]);
  std::mt19937_64 random(std::strtoull(values[2], nullptr, 10));
  std::vector<File> files;
  for (int i = 3; i < count; ++i) {
    std::ifstream stream(values[i], std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    if (files.back().empty()) return std::fprintf(stderr, "fuzz-codecs: %s is empty or missing\n", values[i]), 66;
  }
  long decoded = 0;
  for (long i = 0; i < times; ++i) {
    const File& file = files[static_cast<size_t>(i) % files.size()];
    File mutant = mutated(file, files[random() % files.size()], random);
    if (random() % 4) check(mutant);
    if (const char* keep = std::getenv("FUZZ_KEEP")) {
      std::ofstream(keep, std::ios::binary)
          .write(reinterpret_cast<const char*>(mutant.data()), static_cast<std::streamsize>(mutant.size()));
    }
    decoded += decode(mutant, random);
  }
  if (mv_codec_live_handles() != 0) return std::printf("images are left over\n"), 1;
  std::printf("%ld mutants of %zu files: %ld decoded, %ld refused\n", times, files.size(), decoded, times - decoded);
  return 0;
}
