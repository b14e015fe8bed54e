// Names of Gloo that libtorch's header of its process group mentions; neither Debian nor PyPI ships Gloo's headers with
// libtorch. Only addresses of these types are passed on: libtorch makes the objects, and calls them.
#pragma once

#include <chrono>

namespace gloo {
class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};
}  // namespace gloo
