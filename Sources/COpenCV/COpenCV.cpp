#include "COpenCV.h"

#include <opencv2/core.hpp>
#include <stdexcept>

void mvcv_version(int version[3]) {
  version[0] = cv::getVersionMajor();
  version[1] = cv::getVersionMinor();
  version[2] = cv::getVersionRevision();
}

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
