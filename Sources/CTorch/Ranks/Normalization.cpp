// Batch normalization over the batches of all ranks. Where the loops of ChannelsLast.h do not fit, in libtorch's own
// operations: for odd numbers of channels, other layouts, and other devices.
#include <torch/csrc/autograd/custom_function.h>

#include <vector>

#include "../ChannelsLast/ChannelsLast.h"
#include "Ranks.h"

namespace mvt::ranks {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// All axes but the channels'.
std::vector<int64_t> other_axes(const at::Tensor& map) {
  std::vector<int64_t> axes = {0};
  for (int64_t axis = 2; axis < map.dim(); ++axis) axes.push_back(axis);
  return axes;
}

/// One value a channel, to be taken with a map.
at::Tensor beside(const at::Tensor& vector, const at::Tensor& map) {
  std::vector<int64_t> shape(map.dim(), 1);
  shape[1] = vector.numel();
  return vector.to(at::kFloat).view(shape);
}

double count(const at::Tensor& map, const MVTGroup& group) {
  return static_cast<double>(map.numel() / map.size(1)) * size(group);
}

struct Normalization : torch::autograd::Function<Normalization> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, at::Tensor bias,
                            at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon,
                            bool relu, MVTGroup* group) {
    // On other devices in float32: their libraries sum in parts, and a copy in float64 would be large and slow.
    const auto moments = at::var_mean(map.to(map.is_cpu() ? at::kDouble : at::kFloat), other_axes(map), false);
    const at::Tensor own = at::stack({std::get<1>(moments), std::get<0>(moments)}).to(at::kCPU, at::kDouble);
    const at::Tensor all = gathered(*group, own), means = all.select(1, 0);
    const at::Tensor mean = means.mean(0), apart = means - mean;
    const at::Tensor spread = (all.select(1, 1) + apart * apart).mean(0);
    const double values = count(map, *group);
    const at::Tensor middle = mean.to(weight.device(), at::kFloat),
                     inverse = (spread + epsilon).rsqrt().to(weight.device(), at::kFloat);
    running_mean.mul_(1 - momentum).add_(middle, momentum);
    running_variance.mul_(1 - momentum)
        .add_((spread * (values / (values - 1))).to(weight.device(), at::kFloat), momentum);
    at::Tensor result = ((map.to(at::kFloat) - beside(middle, map)) * beside(inverse * weight, map))
                            .add_(beside(bias, map))
                            .to(map.scalar_type());
    if (relu) result.relu_();
    context->save_for_backward({map, weight, middle, inverse, relu ? result.gt(0) : at::Tensor()});
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1], &middle = saved[2], &inverse = saved[3];
    auto* group = reinterpret_cast<MVTGroup*>(context->saved_data["group"].toInt());
    at::Tensor slope = outer[0].to(at::kFloat);
    if (saved[4].defined()) slope = slope * saved[4];
    const at::Tensor normal = (map.to(at::kFloat) - beside(middle, map)) * beside(inverse, map);
    const auto axes = other_axes(map);
    const at::Tensor of_bias = slope.sum(axes), of_weight = (slope * normal).sum(axes);
    const at::Tensor sums = at::stack({of_bias, of_weight}).to(at::kCPU, at::kDouble);
    add_up(*group, sums);
    const at::Tensor means = sums.div(count(map, *group)).to(map.device(), at::kFloat);
    const at::Tensor of_map = (slope - beside(means[0], map) - normal * beside(means[1], map))
                                  .mul_(beside(inverse * weight, map))
                                  .to(map.scalar_type());
    variable_list gradients(9);
    gradients[0] = of_map;
    gradients[1] = of_weight;
    gradients[2] = of_bias;
    return gradients;
  }
};

}  // namespace

at::Tensor batch_norm(MVTGroup& group, const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias,
                      at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon, bool relu,
                      int64_t views) {
  if (channels_last::takes(map)) {
    return channels_last::batch_norm(map, weight, bias, running_mean, running_variance, momentum, epsilon, relu, views,
                                     &group);
  }
  TORCH_CHECK(map.dim() == 4 || map.dim() == 2, "normalisation of a map of ", map.sizes());
  std::vector<at::Tensor> parts;
  for (const at::Tensor& part : map.chunk(views)) {
    parts.push_back(
        Normalization::apply(part, weight, bias, running_mean, running_variance, momentum, epsilon, relu, &group));
  }
  return views == 1 ? parts[0] : at::cat(parts);
}

}  // namespace mvt::ranks
