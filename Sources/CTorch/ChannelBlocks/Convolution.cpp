#include "Layer.h"

#ifdef MVMR_ONEDNN

#include "../Parallel.h"

namespace mvt::blocks {
namespace {

/// The fewest channels, and the smallest output side, for which Winograd's F(4x4, 3x3) is faster than the sum itself.
constexpr int64_t winograd_channels = 32, winograd_side = 4;

/// A convolution of one shape: its three passes, and the weight's way to and from their layouts.
struct Convolution {
  dnnl::convolution_forward::primitive_desc forward_plan;
  dnnl::convolution_backward_data::primitive_desc data_plan;
  dnnl::convolution_backward_weights::primitive_desc weight_plan;
  dnnl::convolution_forward forward;
  dnnl::convolution_backward_data data;
  dnnl::convolution_backward_weights weight;
  memory::desc plain;
  dnnl::reorder to_forward, to_data, from_weight;
  /// Whether it is Winograd's, whose threads never wait for each other within a pass.
  bool winograd;

  /// N, C, H, W, O, K, stride, padding, whether the input is in blocks, the weight's four strides.
  explicit Convolution(const Key& key) {
    const int64_t kernel = key[5], stride = key[6], padding = key[7];
    const bool in_blocks = key[8] != 0;
    const memory::dims input{key[0], key[1], key[2], key[3]}, weights{key[4], key[1], kernel, kernel};
    const auto side = [&](int64_t size) { return (size + 2 * padding - kernel) / stride + 1; };
    const memory::dims output{key[0], key[4], side(key[2]), side(key[3])};
    const auto source =
        in_blocks ? map_layout(input) : memory::desc(input, memory::data_type::f32, memory::format_tag::nchw);
    const memory::desc any(weights, memory::data_type::f32, memory::format_tag::any);
    const auto result = map_layout(output);
    const memory::dims strides{stride, stride}, paddings{padding, padding};
    plain = memory::desc(weights, memory::data_type::f32, memory::dims(key.begin() + 9, key.begin() + 13));

    const auto plan = [&](dnnl::algorithm algorithm, bool optional) {
      forward_plan = {{dnnl::prop_kind::forward_training, algorithm, source, any, result, strides, paddings, paddings},
                      lean(),
                      engine(),
                      optional};
      if (!forward_plan) return false;
      if (in_blocks) {
        data_plan = {
            {algorithm, source, any, result, strides, paddings, paddings}, lean(), engine(), forward_plan, optional};
        if (!data_plan) return false;
      }
      weight_plan = {
          {algorithm, source, any, result, strides, paddings, paddings}, lean(), engine(), forward_plan, optional};
      return static_cast<bool>(weight_plan);
    };
    winograd = in_blocks && kernel == 3 && stride == 1 && padding == 1 &&
               std::min(key[1], key[4]) >= winograd_channels && std::min(output[2], output[3]) >= winograd_side &&
               plan(dnnl::algorithm::convolution_winograd, true);
    if (!winograd) plan(dnnl::algorithm::convolution_direct, false);
    const auto reorder = [&](const memory::desc& from, const memory::desc& to) {
      return dnnl::reorder(dnnl::reorder::primitive_desc(engine(), from, engine(), to));
    };
    forward = dnnl::convolution_forward(forward_plan);
    to_forward = reorder(plain, forward_plan.weights_desc());
    if (in_blocks) {
      data = dnnl::convolution_backward_data(data_plan);
      to_data = reorder(plain, data_plan.weights_desc());
    }
    weight = dnnl::convolution_backward_weights(weight_plan);
    from_weight = reorder(weight_plan.diff_weights_desc(), plain);
  }
};

const Convolution& found(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding) {
  static Cache<Convolution> cache;
  const auto shape = holds(map) ? map_shape(map) : map.sizes().vec();
  Key key(shape.begin(), shape.end());
  key.insert(key.end(), {weight.size(0), weight.size(2), stride, padding, holds(map)});
  key.insert(key.end(), weight.strides().begin(), weight.strides().end());
  return cache.entry(std::move(key));
}

/// Writes `source` to `target`, which have the same values in other layouts.
void lay_out(const dnnl::reorder& reorder, memory source, memory target) {
  reorder.execute(stream(), source, target);
  stream().wait();
}

/// The weight in the layout of a pass.
at::Tensor laid_out(const dnnl::reorder& reorder, const memory::desc& from, const at::Tensor& weight,
                    const memory::desc& to) {
  const at::Tensor result = room(to);
  lay_out(reorder, seen(from, weight), seen(to, result));
  return result;
}

/// The gradient of the weight, like the weight.
at::Tensor weight_gradient(const Convolution& layer, const at::Tensor& map, const at::Tensor& slope,
                           const at::Tensor& weight) {
  const auto given = layer.weight_plan.diff_weights_desc();
  const at::Tensor gradient = room(given);
  execute(layer.weight, layer.weight_plan.scratchpad_desc(),
          {{DNNL_ARG_SRC, seen(layer.weight_plan.src_desc(), map)},
           {DNNL_ARG_DIFF_WEIGHTS, seen(given, gradient)},
           {DNNL_ARG_DIFF_DST, seen(layer.weight_plan.diff_dst_desc(), slope)}});
  const at::Tensor result = at::empty_like(weight);
  lay_out(layer.from_weight, seen(given, gradient), seen(layer.plain, result));
  return result;
}

/// The same as the sum over parts of the batch, a part a thread: the threads of a direct convolution would wait for
/// each other to add theirs.
at::Tensor weight_gradient_in_pieces(const at::Tensor& map, const at::Tensor& slope, const at::Tensor& weight,
                                     int64_t stride, int64_t padding) {
  const int64_t images = map.size(0), pieces = std::min<int64_t>(loop_threads(), images);
  std::vector<at::Tensor> parts(pieces);
  in_pieces(pieces, [&](int64_t piece) {
    // Threads other than this one record gradients.
    const at::NoGradGuard guard;
    const int64_t first = images * piece / pieces, count = images * (piece + 1) / pieces - first;
    const at::Tensor part = map.narrow(0, first, count);
    parts[piece] = weight_gradient(found(part, weight, stride, padding), part, slope.narrow(0, first, count), weight);
  });
  for (int64_t piece = 1; piece < pieces; ++piece) parts[0].add_(parts[piece]);
  return parts[0];
}

struct BlockedConvolution : torch::autograd::Function<BlockedConvolution> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, int64_t stride,
                            int64_t padding) {
    const Convolution& layer = found(map, weight, stride, padding);
    const auto shape = layer.forward_plan.dst_desc().dims();
    at::Tensor result = at::empty({shape[0], shape[1] / width, shape[2], shape[3], width}, map.options());
    const auto needed = layer.forward_plan.weights_desc();
    const at::Tensor weights = laid_out(layer.to_forward, layer.plain, weight, needed);
    execute(layer.forward, layer.forward_plan.scratchpad_desc(),
            {{DNNL_ARG_SRC, seen(layer.forward_plan.src_desc(), map)},
             {DNNL_ARG_WEIGHTS, seen(needed, weights)},
             {DNNL_ARG_DST, seen(layer.forward_plan.dst_desc(), result)}});
    context->save_for_backward({map, weight});
    context->saved_data["wants"] = map.requires_grad();
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1];
    const at::Tensor slope = outer[0].contiguous();
    const int64_t stride = context->saved_data["stride"].toInt(), padding = context->saved_data["padding"].toInt();
    const Convolution& layer = found(map, weight, stride, padding);
    at::Tensor of_map;
    if (context->saved_data["wants"].toBool()) {
      of_map = at::empty_like(map);
      const auto needed = layer.data_plan.weights_desc();
      const at::Tensor weights = laid_out(layer.to_data, layer.plain, weight, needed);
      execute(layer.data, layer.data_plan.scratchpad_desc(),
              {{DNNL_ARG_DIFF_SRC, seen(layer.data_plan.diff_src_desc(), of_map)},
               {DNNL_ARG_WEIGHTS, seen(needed, weights)},
               {DNNL_ARG_DIFF_DST, seen(layer.data_plan.diff_dst_desc(), slope)}});
    }
    const at::Tensor of_weight = layer.winograd ? weight_gradient(layer, map, slope, weight)
                                                : weight_gradient_in_pieces(map, slope, weight, stride, padding);
    return {of_map, of_weight, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor convolution(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding) {
  check_convolution(map, weight);
  TORCH_CHECK(holds(map) || (map.dim() == 4 && map.scalar_type() == at::kFloat && map.is_cpu() && !map.requires_grad()),
              "blocks are made of float32 images, N x C x H x W, without a gradient");
  return BlockedConvolution::apply(map.contiguous(), weight, stride, padding);
}

}  // namespace mvt::blocks

#endif
