// By libtorch's interface to devices of any kind: so this needs no header of CUDA, and the same library runs with a
// PyTorch for CUDA and with one without.
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <cstring>
#include <mutex>
#include <vector>

#include "../Parallel.h"
#include "Device.h"

namespace mvt {
namespace {

thread_local bool loops_are_forbidden = false;

/// The stream that a device's copies are made on, the same one each time.
c10::Stream copying_stream(const c10::impl::VirtualGuardImpl& devices, at::Device device) {
  static std::mutex mutex;
  static std::vector<c10::Stream> streams;
  const std::lock_guard<std::mutex> guard(mutex);
  for (const c10::Stream& stream : streams) {
    if (stream.device() == device) return stream;
  }
  streams.push_back(devices.getStreamFromGlobalPool(device));
  return streams.back();
}

/// A copy in memory that a device may read by itself. libtorch takes it back when the device has.
at::Tensor pinned(const at::Tensor& tensor) {
  const at::Tensor own = tensor.contiguous();
  at::Tensor copy = at::empty(own.sizes(), own.options().pinned_memory(true));
  const auto* from = static_cast<const char*>(own.data_ptr());
  auto* to = static_cast<char*>(copy.data_ptr());
  parallel_for(0, static_cast<int64_t>(own.nbytes()), 1 << 20,
               [=](int64_t begin, int64_t end) { std::memcpy(to + begin, from + begin, end - begin); });
  return copy;
}

}  // namespace

bool by_loops(const at::Tensor& tensor) { return tensor.is_cpu() && !loops_are_forbidden; }

void forbid_loops(bool forbidden) { loops_are_forbidden = forbidden; }

at::Tensor sent(const at::Tensor& tensor, const std::function<at::Tensor(const at::Tensor&)>& body) {
  const at::Device there = device();
  if (there.is_cpu()) return body(tensor);
  const at::Tensor source = pinned(tensor);
  const c10::impl::VirtualGuardImpl devices(there.type());
  const c10::Stream working = devices.getStream(there), copying = copying_stream(devices, there);
  at::Tensor made;
  {
    const c10::StreamGuard beside(copying);
    made = body(source.to(there, source.scalar_type(), true));
  }
  c10::Event end(there.type());
  end.record(copying);
  end.block(working);
  // Its memory is the copying stream's, which must not give it to another copy before the work with it is done.
  made.record_stream(working);
  return made;
}

at::Tensor sent(const at::Tensor& tensor) {
  return sent(tensor, [](const at::Tensor& copy) { return copy; });
}

}  // namespace mvt
