#include "Layer.h"

#ifdef MVMR_ONEDNN

#include <ATen/autocast_mode.h>

#include "../Parallel.h"

namespace mvt::blocks {
namespace {

/// libtorch's convolution, but for the gradient of the weight.
struct PiecewiseWeights : torch::autograd::Function<PiecewiseWeights> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, int64_t stride,
                            int64_t padding) {
    context->save_for_backward({map, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["wants"] = map.requires_grad();
    const int64_t strides[] = {stride, stride}, paddings[] = {padding, padding};
    return at::conv2d(map, weight, {}, strides, paddings);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1], &slope = outer[0];
    const int64_t stride = context->saved_data["stride"].toInt(), padding = context->saved_data["padding"].toInt();
    const int64_t strides[] = {stride, stride}, paddings[] = {padding, padding}, ones[] = {1, 1}, zeros[] = {0, 0};
    const auto gradients = [&](const at::Tensor& from, const at::Tensor& of, std::array<bool, 3> wanted) {
      return at::convolution_backward(from, of, weight, c10::nullopt, strides, paddings, ones, false, zeros, 1, wanted);
    };
    at::Tensor of_map;
    if (context->saved_data["wants"].toBool()) of_map = std::get<0>(gradients(slope, map, {true, false, false}));

    const int64_t images = map.size(0), pieces = std::min<int64_t>(loop_threads(), images);
    std::vector<at::Tensor> parts(pieces);
    in_pieces(pieces, [&](int64_t piece) {
      // Threads other than this one record gradients.
      const at::NoGradGuard guard;
      const int64_t first = images * piece / pieces, count = images * (piece + 1) / pieces - first;
      const auto part = [&](const at::Tensor& whole) { return whole.narrow(0, first, count); };
      parts[piece] = std::get<1>(gradients(part(slope), part(map), {false, true, false})).to(at::kFloat);
    });
    for (int64_t piece = 1; piece < pieces; ++piece) parts[0].add_(parts[piece]);
    return {of_map, parts[0].to(weight.scalar_type()), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

bool suits_pieces(const at::Tensor& map, const at::Tensor& weight) {
  return map.dim() == 4 && weight.dim() == 4 && multiplies_bfloat16();
}

at::Tensor convolution_in_pieces(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding) {
  const at::Tensor half_map = at::autocast::cached_cast(at::kBFloat16, map, at::kCPU);
  const at::Tensor half_weight = at::autocast::cached_cast(at::kBFloat16, weight, at::kCPU);
  const c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::AutocastCPU);
  return PiecewiseWeights::apply(half_map, half_weight, stride, padding);
}

}  // namespace mvt::blocks

#endif
