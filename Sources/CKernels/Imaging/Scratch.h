#ifndef MVK_IMAGING_SCRATCH_H
#define MVK_IMAGING_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include <memory>

namespace mvk {

/// Memory that a thread keeps from one image to the next; what stood in it is lost when more is asked for.
class Scratch {
 public:
  template <class Value>
  Value* Take(size_t count) {
    const size_t bytes = count * sizeof(Value) + kAlignment;
    // What an unusually large image took is given back with the next small one.
    if (bytes > size_ || (size_ > kKept && bytes <= kKept)) {
      memory_.reset();
      memory_.reset(new uint8_t[bytes]);
      size_ = bytes;
    }
    const auto address = reinterpret_cast<uintptr_t>(memory_.get());
    return reinterpret_cast<Value*>((address + kAlignment - 1) / kAlignment * kAlignment);
  }

 private:
  static constexpr size_t kAlignment = 64, kKept = size_t(8) << 20;
  std::unique_ptr<uint8_t[]> memory_;
  size_t size_ = 0;
};

}  // namespace mvk

#endif
