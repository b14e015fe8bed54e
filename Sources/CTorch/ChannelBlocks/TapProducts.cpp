#include "Layer.h"

#ifdef MVMR_ONEDNN

#include <ATen/autocast_mode.h>

namespace mvt::blocks {
namespace {

/// A product of bfloat16 matrices, summed in float32.
struct Product {
  memory::desc left, right, result;
  dnnl::matmul::primitive_desc plan;
  dnnl::matmul primitive;

  /// Rows, columns, depth, the strides of left, right and result, whether it is added to what is there.
  explicit Product(const Key& key) {
    const auto matrix = [&](int64_t rows, int64_t columns, memory::data_type type, size_t place) {
      return memory::desc({rows, columns}, type, memory::dims{key[place], key[place + 1]});
    };
    left = matrix(key[0], key[2], memory::data_type::bf16, 3);
    right = matrix(key[2], key[1], memory::data_type::bf16, 5);
    result = matrix(key[0], key[1], memory::data_type::f32, 7);
    dnnl::primitive_attr attributes = lean();
    if (key[9] != 0) {
      dnnl::post_ops sum;
      sum.append_sum(1);
      attributes.set_post_ops(sum);
    }
    plan = {{left, right, result}, attributes, engine()};
    primitive = dnnl::matmul(plan);
  }
};

/// left * right, or that much more, in float32.
void multiply(at::Tensor result, const at::Tensor& left, const at::Tensor& right, bool add) {
  if (left.scalar_type() == at::kFloat) {
    result.addmm_(left, right, add);
    return;
  }
  static Cache<Product> cache;
  const Product& product = cache.entry({left.size(0), right.size(1), left.size(1), left.stride(0), left.stride(1),
                                        right.stride(0), right.stride(1), result.stride(0), result.stride(1), add});
  execute(product.primitive, product.plan.scratchpad_desc(),
          {{DNNL_ARG_SRC, seen(product.left, left)},
           {DNNL_ARG_WEIGHTS, seen(product.right, right)},
           {DNNL_ARG_DST, seen(product.result, result)}});
}

/// The pixels of a map, H x W x N x C.
at::Tensor by_pixel(const at::Tensor& map) {
  if (!holds(map)) return map.permute({2, 3, 0, 1}).contiguous();
  return map.permute({2, 3, 0, 1, 4}).contiguous().view({map.size(2), map.size(3), map.size(0), -1});
}

/// The way back: in blocks where `map` is, else channels-last.
at::Tensor like_map(const at::Tensor& pixels, const at::Tensor& map) {
  const at::Tensor values = pixels.to(map.scalar_type());
  if (!holds(map)) return values.permute({2, 3, 0, 1}).contiguous(at::MemoryFormat::ChannelsLast);
  return values.view({values.size(0), values.size(1), values.size(2), -1, width}).permute({2, 3, 0, 1, 4}).contiguous();
}

/// Calls `body(input, output, tap, first)` with matrices of pixels that lie one tap apart.
///
/// Their shapes are pixels x C, pixels x O and O x C; `first` says that it is the first call for this tap. The tap at
/// the center goes first and reaches every pixel.
template <typename Body>
void for_taps(const at::Tensor& input, const at::Tensor& output, const at::Tensor& weight, const Body& body) {
  const int64_t height = input.size(0), columns = input.size(1);
  const auto rows = [](const at::Tensor& pixels) { return pixels.reshape({-1, pixels.size(-1)}); };
  for (const int64_t down : {0, -1, 1}) {
    for (const int64_t right : {0, -1, 1}) {
      if (std::abs(down) >= height || std::abs(right) >= columns) continue;
      const at::Tensor tap = weight.select(3, right + 1).select(2, down + 1);
      const int64_t top = std::max<int64_t>(0, -down), bottom = height - std::max<int64_t>(0, down);
      const int64_t left = std::max<int64_t>(0, -right), end = columns - std::max<int64_t>(0, right);
      if (right == 0) {
        body(rows(input.slice(0, top + down, bottom + down)), rows(output.slice(0, top, bottom)), tap, true);
        continue;
      }
      for (int64_t y = top; y < bottom; ++y) {
        body(rows(input.select(0, y + down).slice(0, left + right, end + right)),
             rows(output.select(0, y).slice(0, left, end)), tap, y == top);
      }
    }
  }
}

/// The gradient of the weight, like the weight.
at::Tensor weight_gradient(const at::Tensor& input, const at::Tensor& slope, const at::Tensor& weight) {
  const auto options = weight.options().dtype(at::kFloat).memory_format(at::MemoryFormat::ChannelsLast);
  const at::Tensor gradient = at::empty(weight.sizes(), options);
  // In a map of one row or column some taps reach no pixel, and nothing is written to them.
  if (input.size(0) == 1 || input.size(1) == 1) gradient.zero_();
  for_taps(input, slope, gradient, [](const at::Tensor& x, const at::Tensor& y, const at::Tensor& w, bool first) {
    multiply(w, y.t(), x, !first);
  });
  return gradient.to(weight.scalar_type());
}

/// Every pass as products of a tap.
struct Products : torch::autograd::Function<Products> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight) {
    const at::Tensor input = by_pixel(map);
    const at::Tensor output = at::empty({input.size(0), input.size(1), input.size(2), weight.size(0)},
                                        map.options().dtype(at::kFloat).memory_format(at::MemoryFormat::Contiguous));
    bool written = false;
    for_taps(input, output, weight, [&](const at::Tensor& x, const at::Tensor& y, const at::Tensor& w, bool) {
      multiply(y, x, w.t(), written);
      written = true;
    });
    context->save_for_backward({map, weight});
    return like_map(output, map);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1];
    const at::Tensor slope = by_pixel(outer[0]), input = by_pixel(map);
    const at::Tensor of_input = at::empty(input.sizes(), input.options().dtype(at::kFloat));
    bool written = false;
    for_taps(of_input, slope, weight, [&](const at::Tensor& x, const at::Tensor& y, const at::Tensor& w, bool) {
      multiply(x, y, w, written);
      written = true;
    });
    return {like_map(of_input, map), weight_gradient(input, slope, weight)};
  }
};

/// libtorch's convolution, but for the gradient of the weight.
struct WeightProducts : torch::autograd::Function<WeightProducts> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight) {
    context->save_for_backward({map, weight});
    return at::conv2d(map, weight, {}, 1, 1);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1];
    const int64_t ones[] = {1, 1}, zeros[] = {0, 0};
    const at::Tensor of_map = std::get<0>(at::convolution_backward(outer[0], map, weight, c10::nullopt, ones, ones,
                                                                   ones, false, zeros, 1, {true, false, false}));
    return {of_map, weight_gradient(by_pixel(map), by_pixel(outer[0]), weight)};
  }
};

/// The largest side of maps whose bfloat16 weight gradient is faster by products, and the fewest channels.
constexpr int64_t largest_side = 4, fewest_channels = 128;

}  // namespace

bool suits_tap_products(const at::Tensor& map, const at::Tensor& weight, int64_t stride, int64_t padding) {
  if (map.dim() < 4 || weight.dim() != 4 || weight.size(2) != 3 || weight.size(3) != 3 || stride != 1 || padding != 1) {
    return false;
  }
  const int64_t side = std::max(map.size(2), map.size(3));
  if (holds(map)) return side <= 2;
  return side <= largest_side && std::min(weight.size(0), weight.size(1)) >= fewest_channels && multiplies_bfloat16();
}

at::Tensor tap_products(const at::Tensor& map, const at::Tensor& weight) {
  if (holds(map)) {
    check_convolution(map, weight);
    return Products::apply(map, weight);
  }
  const at::Tensor half_map = at::autocast::cached_cast(at::kBFloat16, map, at::kCPU);
  // The matrix of a tap has its columns side by side only then; it costs nothing where the weight is so already.
  const at::Tensor half_weight =
      at::autocast::cached_cast(at::kBFloat16, weight, at::kCPU).contiguous(at::MemoryFormat::ChannelsLast);
  const c10::impl::ExcludeDispatchKeyGuard guard(c10::DispatchKey::AutocastCPU);
  if (std::max(map.size(2), map.size(3)) <= 2) return Products::apply(half_map, half_weight);
  return WeightProducts::apply(half_map, half_weight);
}

}  // namespace mvt::blocks

#endif
