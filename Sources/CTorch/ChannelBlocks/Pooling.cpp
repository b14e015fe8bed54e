#include "Layer.h"

#ifdef MVMR_ONEDNN

namespace mvt::blocks {
namespace {

/// Max-pooling of one shape, forward and backward.
struct Pooling {
  dnnl::pooling_forward::primitive_desc forward_plan;
  dnnl::pooling_backward::primitive_desc backward_plan;
  dnnl::pooling_forward forward;
  dnnl::pooling_backward backward;
  memory::desc map, result;

  /// N, C, H, W, kernel, stride, padding.
  explicit Pooling(const Key& key) {
    const int64_t kernel = key[4], stride = key[5], padding = key[6];
    const auto side = [&](int64_t size) { return (size + 2 * padding - kernel) / stride + 1; };
    map = map_layout({key[0], key[1], key[2], key[3]});
    result = map_layout({key[0], key[1], side(key[2]), side(key[3])});
    const memory::dims strides{stride, stride}, kernels{kernel, kernel}, paddings{padding, padding};
    const auto algorithm = dnnl::algorithm::pooling_max;
    forward_plan = {{dnnl::prop_kind::forward_training, algorithm, map, result, strides, kernels, paddings, paddings},
                    lean(),
                    engine()};
    backward_plan = {{algorithm, map, result, strides, kernels, paddings, paddings}, lean(), engine(), forward_plan};
    forward = dnnl::pooling_forward(forward_plan);
    backward = dnnl::pooling_backward(backward_plan);
  }
};

const Pooling& found(const at::Tensor& map, int64_t kernel, int64_t stride, int64_t padding) {
  static Cache<Pooling> cache;
  const auto shape = map_shape(map);
  Key key(shape.begin(), shape.end());
  key.insert(key.end(), {kernel, stride, padding});
  return cache.entry(std::move(key));
}

struct BlockedPooling : torch::autograd::Function<BlockedPooling> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, int64_t kernel, int64_t stride, int64_t padding) {
    const Pooling& layer = found(map, kernel, stride, padding);
    const auto shape = layer.result.dims();
    at::Tensor result = at::empty({shape[0], shape[1] / width, shape[2], shape[3], width}, map.options());
    const auto kept = layer.forward_plan.workspace_desc();
    const at::Tensor workspace = room(kept);
    execute(layer.forward, layer.forward_plan.scratchpad_desc(),
            {{DNNL_ARG_SRC, seen(layer.map, map)},
             {DNNL_ARG_DST, seen(layer.result, result)},
             {DNNL_ARG_WORKSPACE, seen(kept, workspace)}});
    context->save_for_backward({workspace});
    for (const auto& [name, value] : {std::pair{"kernel", kernel}, {"stride", stride}, {"padding", padding}}) {
      context->saved_data[name] = value;
    }
    context->saved_data["shape"] = map.sizes();
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const at::Tensor slope = outer[0].contiguous();
    at::Tensor of_map = at::empty(context->saved_data["shape"].toIntVector(), slope.options());
    const Pooling& layer = found(of_map, context->saved_data["kernel"].toInt(), context->saved_data["stride"].toInt(),
                                 context->saved_data["padding"].toInt());
    execute(layer.backward, layer.backward_plan.scratchpad_desc(),
            {{DNNL_ARG_DIFF_SRC, seen(layer.map, of_map)},
             {DNNL_ARG_DIFF_DST, seen(layer.result, slope)},
             {DNNL_ARG_WORKSPACE, seen(layer.forward_plan.workspace_desc(), context->get_saved_variables()[0])}});
    return {of_map, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor max_pool(const at::Tensor& map, int64_t kernel, int64_t stride, int64_t padding) {
  check(map);
  return BlockedPooling::apply(map.contiguous(), kernel, stride, padding);
}

}  // namespace mvt::blocks

#endif
