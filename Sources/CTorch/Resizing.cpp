#include "ChannelBlocks/ChannelBlocks.h"
#include "ChannelsLast/ChannelsLast.h"
#include "Handles.h"

GuardedStatus mvt_resize_bicubic(const MVTTensor* map, int64_t height, int64_t width, MVTBicubic kind,
                                 double height_factor, double width_factor, MVTTensor** result) {
  return mvt::run([&] {
    const int64_t size[] = {height, width};
    const auto factor = [](double value) { return value > 0 ? c10::optional<double>(value) : c10::nullopt; };
    const auto vertical = factor(height_factor), horizontal = factor(width_factor);
    *result = new MVTTensor(
        kind == MVTBicubicAntialiased
            ? at::_upsample_bicubic2d_aa(map->value, size, false, vertical, horizontal)
            : at::upsample_bicubic2d(map->value, size, kind == MVTBicubicAlignedCorners, vertical, horizontal));
  });
}

GuardedStatus mvt_average_pool2d(const MVTTensor* map, int64_t kernel, MVTTensor** result) {
  return mvt::run([&] {
    const int64_t kernels[] = {kernel, kernel};
    *result = new MVTTensor(at::avg_pool2d(map->value, kernels));
  });
}

GuardedStatus mvt_pad_channels(const MVTTensor* map, int64_t stride, int64_t channels, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor& source = map->value;
    const int64_t padding[] = {0, 0, 0, 0, channels, channels};
    if (!mvt::blocks::holds(source)) {
      const at::Tensor kept = mvt::channels_last::sparse_pixels(source, stride);
      *result = new MVTTensor(at::constant_pad_nd(kept, padding).contiguous(source.suggest_memory_format()));
      return;
    }
    at::Tensor kept = source.slice(2, 0, source.size(2), stride).slice(3, 0, source.size(3), stride);
    // The new channels need not fill blocks, so that the old ones move within theirs.
    const int64_t images = kept.size(0), height = kept.size(2), width = kept.size(3);
    kept = kept.permute({0, 1, 4, 2, 3}).reshape({images, -1, height, width});
    const at::Tensor padded = at::constant_pad_nd(kept, padding);
    *result = new MVTTensor(
        padded.reshape({images, -1, mvt::blocks::width, height, width}).permute({0, 1, 3, 4, 2}).contiguous());
  });
}
