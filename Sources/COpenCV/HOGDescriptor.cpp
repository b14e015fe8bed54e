#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <stdexcept>
#include <vector>

#include "COpenCV.h"

GuardedStatus mvcv_hog(const MVCVHOGSettings* settings, const uint8_t* pixels, int height, int width, int channels,
                       float* descriptor, size_t count) {
  return guarded<cv::Exception>([&] {
    const auto whole = [&](int side) {
      return settings->block + (side - settings->block) / settings->stride * settings->stride;
    };
    const cv::Mat source(height, width, CV_8UC(channels), const_cast<uint8_t*>(pixels));
    // A matrix of its own: converted in place, the caller's pixels would change.
    cv::Mat reversed;
    if (channels == 3) cv::cvtColor(source, reversed, cv::COLOR_RGB2BGR);
    const cv::Mat& image = channels == 3 ? reversed : source;
    // Never another threshold than 0.2: OpenCV keeps the first one it sees in a static variable.
    const cv::HOGDescriptor hog(cv::Size(whole(width), whole(height)), cv::Size(settings->block, settings->block),
                                cv::Size(settings->stride, settings->stride), cv::Size(settings->cell, settings->cell),
                                settings->orientations, 1, -1, cv::HOGDescriptor::L2Hys, 0.2, settings->gamma != 0,
                                cv::HOGDescriptor::DEFAULT_NLEVELS, settings->full_circle != 0);
    // One place to look at: what is left over beyond the window must not become windows of its own.
    std::vector<float> values;
    hog.compute(image, values, cv::Size(), cv::Size(), {cv::Point(0, 0)});
    if (values.size() != count) throw std::runtime_error("the descriptor has another size than was expected");
    std::copy(values.begin(), values.end(), descriptor);
  });
}
