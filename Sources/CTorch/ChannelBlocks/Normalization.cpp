#include "Layer.h"

#ifdef MVMR_ONEDNN

#include <cmath>
#include <limits>

#include "../Parallel.h"

namespace mvt::blocks {
namespace {

/// Batch normalization of one shape, forward and backward.
struct Normalization {
  dnnl::batch_normalization_forward::primitive_desc forward_plan;
  dnnl::batch_normalization_backward::primitive_desc backward_plan;
  dnnl::batch_normalization_forward forward;
  dnnl::batch_normalization_backward backward;
  memory::desc map, channels;

  /// N, C, H, W, whether the rectifier follows, and epsilon in units of 1e-12.
  explicit Normalization(const Key& key) {
    map = map_layout({key[0], key[1], key[2], key[3]});
    channels = memory::desc({key[1]}, memory::data_type::f32, memory::format_tag::x);
    auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
    if (key[4] != 0) flags |= dnnl::normalization_flags::fuse_norm_relu;
    const auto epsilon = static_cast<float>(static_cast<double>(key[5]) * 1e-12);
    forward_plan = {{dnnl::prop_kind::forward_training, map, epsilon, flags}, lean(), engine()};
    backward_plan = {{dnnl::prop_kind::backward, map, map, epsilon, flags}, lean(), engine(), forward_plan};
    forward = dnnl::batch_normalization_forward(forward_plan);
    backward = dnnl::batch_normalization_backward(backward_plan);
  }
};

const Normalization& found(const at::Tensor& map, double epsilon, bool relu) {
  static Cache<Normalization> cache;
  const auto shape = map_shape(map);
  Key key(shape.begin(), shape.end());
  key.insert(key.end(), {relu, std::llround(epsilon * 1e12)});
  return cache.entry(std::move(key));
}

/// Calls `body(view)` for every view, each on a thread of its own where that leaves none idle.
///
/// Else one comes after the other, on all threads, which then wait for each other within oneDNN.
void for_views(int64_t views, const std::function<void(int64_t)>& body) {
  if (loop_threads() <= views) {
    in_pieces(views, body);
  } else {
    for (int64_t view = 0; view < views; ++view) body(view);
  }
}

struct BlockedNormalization : torch::autograd::Function<BlockedNormalization> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, at::Tensor bias,
                            at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon,
                            bool relu, int64_t views) {
    const int64_t images = map.size(0) / views, channels = weight.numel();
    const at::Tensor first = map.narrow(0, 0, images);
    const at::Tensor result = at::empty_like(map), mean = at::empty({views, channels}, weight.options()),
                     variance = at::empty_like(mean);
    const auto kept = found(first, epsilon, relu).forward_plan.workspace_desc();
    const at::Tensor workspace = at::empty({views, static_cast<int64_t>(kept.get_size())}, at::kByte);
    const auto count = static_cast<double>(map.numel() / (views * channels));
    for_views(views, [&](int64_t view) {
      const at::NoGradGuard guard;
      const Normalization& layer = found(first, epsilon, relu);
      const auto part = [&](const at::Tensor& whole) { return whole.narrow(0, view * images, images); };
      std::unordered_map<int, memory> arguments{
          {DNNL_ARG_SRC, seen(layer.map, part(map))},        {DNNL_ARG_DST, seen(layer.map, part(result))},
          {DNNL_ARG_SCALE, seen(layer.channels, weight)},    {DNNL_ARG_SHIFT, seen(layer.channels, bias)},
          {DNNL_ARG_MEAN, seen(layer.channels, mean[view])}, {DNNL_ARG_VARIANCE, seen(layer.channels, variance[view])}};
      if (relu) arguments.emplace(DNNL_ARG_WORKSPACE, seen(kept, workspace[view]));
      execute(layer.forward, layer.forward_plan.scratchpad_desc(), arguments);
      // oneDNN's rectifier makes 0 of NaN: a broken step would pass for a good one.
      if (relu && !std::isfinite((variance[view].sum() + weight.sum() + bias.sum()).item<double>())) {
        part(result).fill_(std::numeric_limits<float>::quiet_NaN());
      }
    });
    for (int64_t view = 0; view < views; ++view) {
      running_mean.mul_(1 - momentum).add_(mean[view], momentum);
      running_variance.mul_(1 - momentum).add_(variance[view], momentum * count / (count - 1));
    }
    context->save_for_backward({map, weight, bias, mean, variance, workspace});
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["relu"] = relu;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1], &bias = saved[2], &mean = saved[3], &variance = saved[4];
    const bool relu = context->saved_data["relu"].toBool();
    const int64_t views = mean.size(0), images = map.size(0) / views;
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const at::Tensor first = map.narrow(0, 0, images);
    const at::Tensor slope = outer[0].contiguous();
    const at::Tensor of_map = at::empty_like(map), of_weight = at::empty_like(mean), of_bias = at::empty_like(mean);
    for_views(views, [&](int64_t view) {
      const at::NoGradGuard guard;
      const Normalization& layer = found(first, epsilon, relu);
      const auto part = [&](const at::Tensor& whole) { return whole.narrow(0, view * images, images); };
      std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, seen(layer.map, part(map))},
                                                {DNNL_ARG_DIFF_DST, seen(layer.map, part(slope))},
                                                {DNNL_ARG_DIFF_SRC, seen(layer.map, part(of_map))},
                                                {DNNL_ARG_SCALE, seen(layer.channels, weight)},
                                                {DNNL_ARG_SHIFT, seen(layer.channels, bias)},
                                                {DNNL_ARG_MEAN, seen(layer.channels, mean[view])},
                                                {DNNL_ARG_VARIANCE, seen(layer.channels, variance[view])},
                                                {DNNL_ARG_DIFF_SCALE, seen(layer.channels, of_weight[view])},
                                                {DNNL_ARG_DIFF_SHIFT, seen(layer.channels, of_bias[view])}};
      if (relu) {
        arguments.emplace(DNNL_ARG_WORKSPACE, seen(layer.forward_plan.workspace_desc(), saved[5][view]));
      }
      execute(layer.backward, layer.backward_plan.scratchpad_desc(), arguments);
    });
    variable_list gradients(9);
    gradients[0] = of_map;
    gradients[1] = of_weight.sum(0);
    gradients[2] = of_bias.sum(0);
    return gradients;
  }
};

}  // namespace

at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu, int64_t views) {
  check(map);
  const at::Tensor means = running_mean, variances = running_variance;
  for (const at::Tensor& vector : {weight, bias, means, variances}) {
    TORCH_CHECK(vector.numel() == map.size(1) * width && vector.scalar_type() == at::kFloat && vector.is_contiguous(),
                "normalisation of ", map.size(1) * width, " channels by ", vector.numel(), " numbers");
  }
  TORCH_CHECK(map.numel() > views * weight.numel(), "batch normalisation needs more than one value per channel");
  return BlockedNormalization::apply(map.contiguous(), weight, bias, running_mean, running_variance, momentum, epsilon,
                                     relu, views);
}

}  // namespace mvt::blocks

#endif
