
#include <cstring>

#include "Device/Device.h"
#include "Handles.h"
#include "Parallel.h"

namespace mvt {
std::atomic<int64_t> live_handles{0};
}

namespace {

/// The batch of mvt_tensor_from_images of bytes that are sent as they are, a quarter of what they become.
at::Tensor batch_by_operations(const uint8_t* pixels, at::IntArrayRef shape, const float* mean, const float* deviation,
                               bool channels_last) {
  const at::Tensor bytes = at::from_blob(const_cast<uint8_t*>(pixels), shape, at::kByte);
  return mvt::sent(bytes, [&](const at::Tensor& there) {
    const auto a_channel = [&](const float* values) {
      return mvt::sent(at::from_blob(const_cast<float*>(values), {shape[3]}, at::kFloat));
    };
    const at::Tensor values = there.to(at::kFloat);
    // By a tensor: by a number, libtorch multiplies by its inverse.
    values.div_(at::full({1}, 255, values.options())).sub_(a_channel(mean)).div_(a_channel(deviation));
    const at::Tensor batch = values.permute({0, 3, 1, 2});
    return channels_last ? batch : batch.contiguous();
  });
}

}  // namespace

int64_t mvt_live_handles(void) { return mvt::live_handles.load(std::memory_order_relaxed); }

void mvt_tensor_free(MVTTensor* tensor) { delete tensor; }

GuardedStatus mvt_tensor_from_floats(const float* values, const int64_t* shape, int rank, MVTTensor** result) {
  return mvt::run([&] {
    at::Tensor tensor = at::empty(at::IntArrayRef(shape, rank), at::kFloat);
    if (tensor.numel() > 0) std::memcpy(tensor.data_ptr<float>(), values, tensor.numel() * sizeof(float));
    *result = new MVTTensor(tensor.to(mvt::device()));
  });
}

GuardedStatus mvt_tensor_full(double value, const int64_t* shape, int rank, MVTTensor** result) {
  return mvt::run([&] {
    const auto options = at::TensorOptions(at::kFloat).device(mvt::device());
    *result = new MVTTensor(at::full(at::IntArrayRef(shape, rank), value, options));
  });
}

GuardedStatus mvt_tensor_zeros_like(const MVTTensor* tensor, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(at::zeros_like(tensor->value.detach())); });
}

GuardedStatus mvt_tensor_from_images(const uint8_t* pixels, int64_t count, int64_t height, int64_t width,
                                     int64_t channels, const float* mean, const float* deviation, bool channels_last,
                                     MVTTensor** result) {
  return mvt::run([&] {
    at::Tensor tensor = at::empty({count, height, width, channels}, at::kFloat);
    if (!mvt::by_loops(tensor) || !mvt::device().is_cpu()) {
      *result = new MVTTensor(batch_by_operations(pixels, tensor.sizes(), mean, deviation, channels_last));
      return;
    }
    float* target = tensor.data_ptr<float>();
    // A channel has 256 possible bytes: a table is exact and needs no arithmetic per pixel.
    std::vector<float> table(256 * channels);
    for (int64_t channel = 0; channel < channels; ++channel) {
      for (int byte = 0; byte < 256; ++byte) {
        table[channel * 256 + byte] = (static_cast<float>(byte) / 255.0f - mean[channel]) / deviation[channel];
      }
    }
    mvt::parallel_for(0, count * height * width, 16384, [&](int64_t begin, int64_t end) {
      for (int64_t pixel = begin; pixel < end; ++pixel) {
        for (int64_t channel = 0; channel < channels; ++channel) {
          const int64_t place = pixel * channels + channel;
          target[place] = table[channel * 256 + pixels[place]];
        }
      }
    });
    at::Tensor batch = tensor.permute({0, 3, 1, 2});
    *result = new MVTTensor(channels_last ? batch : batch.contiguous());
  });
}

int mvt_tensor_rank(const MVTTensor* tensor) { return static_cast<int>(tensor->value.dim()); }

void mvt_tensor_shape(const MVTTensor* tensor, int64_t* shape) {
  for (int64_t axis = 0; axis < tensor->value.dim(); ++axis) shape[axis] = tensor->value.sizes()[axis];
}

MVTElement mvt_tensor_element(const MVTTensor* tensor) {
  switch (tensor->value.scalar_type()) {
    case at::kFloat:
      return MVTFloat32;
    case at::kBFloat16:
      return MVTBFloat16;
    case at::kHalf:
      return MVTFloat16;
    case at::kDouble:
      return MVTFloat64;
    default:
      return MVTOther;
  }
}

GuardedStatus mvt_tensor_copy_to(const MVTTensor* tensor, float* values, int64_t count) {
  return mvt::run([&] {
    TORCH_CHECK(tensor->value.numel() == count, "a buffer of ", count, " values for a tensor of ",
                tensor->value.numel());
    const at::Tensor plain = tensor->value.detach().to(at::kCPU, at::kFloat).contiguous();
    if (count > 0) std::memcpy(values, plain.data_ptr<float>(), count * sizeof(float));
  });
}

GuardedStatus mvt_tensor_copy_from(MVTTensor* tensor, const float* values, int64_t count) {
  return mvt::run([&] {
    TORCH_CHECK(tensor->value.numel() == count, count, " values for a tensor of ", tensor->value.numel());
    const at::Tensor source = at::from_blob(const_cast<float*>(values), tensor->value.sizes(), at::kFloat);
    tensor->value.detach().copy_(source);
  });
}

GuardedStatus mvt_tensor_all_finite(const MVTTensor* tensor, bool* result) {
  return mvt::run([&] { *result = at::isfinite(tensor->value.detach()).all().item<bool>(); });
}
