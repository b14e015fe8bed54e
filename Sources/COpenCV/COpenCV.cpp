#include "COpenCV.h"

#include <atomic>
#include <cstring>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <stdexcept>
#include <vector>

namespace {
std::atomic<long> live_handles{0};
struct Counted {
  Counted() { ++live_handles; }
  ~Counted() { --live_handles; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};
}  // namespace

struct MVCVImage : Counted {
  cv::Mat rgb;
};
struct MVCVBuffer : Counted {
  std::vector<uint8_t> bytes;
};

GuardedStatus mvcv_decode(const uint8_t* bytes, size_t count, int honour_exif, MVCVSourceFormat* format,
                          MVCVImage** image) {
  return guarded<cv::Exception>([&] {
    *image = nullptr;
    format->bits = 0;
    const int flags =
        cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH | (honour_exif ? 0 : static_cast<int>(cv::IMREAD_IGNORE_ORIENTATION));
    const cv::Mat file(1, static_cast<int>(count), CV_8U, const_cast<uint8_t*>(bytes));
    const cv::Mat bgr = cv::imdecode(file, flags);
    if (bgr.empty()) return;
    format->bits = static_cast<int>(8 * bgr.elemSize1());
    if (bgr.depth() != CV_8U || bgr.channels() != 3) return;
    auto* result = new MVCVImage;
    try {
      cv::cvtColor(bgr, result->rgb, cv::COLOR_BGR2RGB);
    } catch (...) {
      delete result;
      throw;
    }
    *image = result;
  });
}

int mvcv_image_height(const MVCVImage* image) { return image->rgb.rows; }
int mvcv_image_width(const MVCVImage* image) { return image->rgb.cols; }
void mvcv_image_copy(const MVCVImage* image, uint8_t* target) {
  const size_t row = static_cast<size_t>(image->rgb.cols) * 3;
  for (int y = 0; y < image->rgb.rows; ++y) std::memcpy(target + y * row, image->rgb.ptr(y), row);
}
void mvcv_image_free(MVCVImage* image) { delete image; }

GuardedStatus mvcv_encode(const uint8_t* pixels, int height, int width, int channels, const char* extension,
                          MVCVBuffer** buffer) {
  return guarded<cv::Exception>([&] {
    *buffer = nullptr;
    cv::Mat image(height, width, CV_8UC(channels), const_cast<uint8_t*>(pixels));
    if (channels == 3) {
      cv::Mat bgr;
      cv::cvtColor(image, bgr, cv::COLOR_RGB2BGR);
      image = bgr;
    }
    std::vector<uint8_t> bytes;
    if (!cv::imencode(extension, image, bytes)) throw std::runtime_error("the encoder refused the image");
    auto* result = new MVCVBuffer;
    result->bytes = std::move(bytes);
    *buffer = result;
  });
}
const uint8_t* mvcv_buffer_bytes(const MVCVBuffer* buffer) { return buffer->bytes.data(); }
size_t mvcv_buffer_count(const MVCVBuffer* buffer) { return buffer->bytes.size(); }
void mvcv_buffer_free(MVCVBuffer* buffer) { delete buffer; }

void mvcv_version(int version[3]) {
  version[0] = cv::getVersionMajor();
  version[1] = cv::getVersionMinor();
  version[2] = cv::getVersionRevision();
}

long mvcv_live_handles(void) { return live_handles.load(); }

void mvcv_use_one_thread(void) { cv::setNumThreads(1); }

GuardedStatus mvcv_provoke(int kind) {
  return guarded<cv::Exception>([&] {
    switch (kind) {
      case 0:
        CV_Error(cv::Error::StsBadArg, "provoked");
      case 1:
        throw std::bad_alloc();
      case 2:
        throw std::runtime_error("provoked");
      default:
        throw 42;
    }
  });
}
