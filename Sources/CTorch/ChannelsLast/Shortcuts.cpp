#include <torch/csrc/autograd/custom_function.h>

#include "../Parallel.h"
#include "ChannelsLast.h"
#include "NormalizationKernels.h"

namespace mvt::channels_last {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto order = at::MemoryFormat::ChannelsLast;

/// Whether these are bfloat16 on the processor with channels fastest in memory.
bool holds(const at::Tensor& map) {
  return map.is_cpu() && map.scalar_type() == at::kBFloat16 && map.dim() == 4 && map.is_contiguous(order);
}

struct RectifiedSum : torch::autograd::Function<RectifiedSum> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& left, const at::Tensor& right) {
    const at::Tensor sum = at::add(left, right).relu_();
    context->save_for_backward({sum});
    return sum;
  }

  static variable_list backward(AutogradContext* context, const variable_list& outer) {
    const at::Tensor sum = context->get_saved_variables()[0];
    const at::Tensor pull = outer[0].to(sum.scalar_type()).contiguous(order), result = at::empty_like(sum);
    const auto *values = static_cast<const uint16_t*>(sum.data_ptr()),
               *slopes = static_cast<const uint16_t*>(pull.data_ptr());
    auto* to = static_cast<uint16_t*>(result.data_ptr());
    parallel_for(0, sum.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      pass_slopes(values + begin, slopes + begin, end - begin, to + begin);
    });
    return {result, result};
  }
};

struct SparsePixels : torch::autograd::Function<SparsePixels> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& map, int64_t stride) {
    context->saved_data["shape"] = map.sizes().vec();
    context->saved_data["stride"] = stride;
    context->saved_data["order"] = static_cast<int64_t>(map.suggest_memory_format());
    return picked(map, stride).clone(map.suggest_memory_format());
  }

  static variable_list backward(AutogradContext* context, const variable_list& outer) {
    const std::vector<int64_t> shape = context->saved_data["shape"].toIntVector();
    const auto format = static_cast<at::MemoryFormat>(context->saved_data["order"].toInt());
    const at::Tensor of_map = at::empty(shape, outer[0].options(), format).zero_();
    picked(of_map, context->saved_data["stride"].toInt()).copy_(outer[0]);
    return {of_map, at::Tensor()};
  }

 private:
  static at::Tensor picked(const at::Tensor& map, int64_t stride) {
    return map.slice(2, 0, map.size(2), stride).slice(3, 0, map.size(3), stride);
  }
};

struct Mean : torch::autograd::Function<Mean> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& map) {
    context->saved_data["shape"] = map.sizes().vec();
    return map.mean(at::IntArrayRef({2, 3})).flatten(1);
  }

  static variable_list backward(AutogradContext* context, const variable_list& outer) {
    const std::vector<int64_t> shape = context->saved_data["shape"].toIntVector();
    const at::Tensor share = (outer[0] / static_cast<double>(shape[2] * shape[3])).to(at::kBFloat16);
    const at::Tensor of_map = at::empty(shape, share.options(), order);
    of_map.copy_(share.view({shape[0], shape[1], 1, 1}).expand_as(of_map));
    return {of_map};
  }
};

}  // namespace

at::Tensor rectified_sum(const at::Tensor& left, const at::Tensor& right) {
  if (holds(left) && holds(right) && left.sizes() == right.sizes()) return RectifiedSum::apply(left, right);
  return at::add(left, right).relu_();
}

at::Tensor sparse_pixels(const at::Tensor& map, int64_t stride) { return SparsePixels::apply(map, stride); }

at::Tensor mean_of_pixels(const at::Tensor& map) {
  return holds(map) ? Mean::apply(map) : map.mean(at::IntArrayRef({2, 3})).flatten(1);
}

}  // namespace mvt::channels_last
