#include "Blocks.h"

#ifdef MVMR_ONEDNN

#include <torch/csrc/autograd/custom_function.h>

namespace mvt::blocks {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// The pixels of a map in blocks, H x W x N x C.
at::Tensor by_pixel(const at::Tensor& map) {
  return map.permute({2, 3, 0, 1, 4}).contiguous().view({map.size(2), map.size(3), map.size(0), -1});
}

/// The way back.
at::Tensor in_blocks(const at::Tensor& pixels) {
  return pixels.view({pixels.size(0), pixels.size(1), pixels.size(2), -1, width}).permute({2, 3, 0, 1, 4}).contiguous();
}

/// Calls `body(input, output, tap, first)` with matrices of pixels that lie one tap apart, pixels x C, pixels x O and
/// O x C; `first` of this tap. The tap at the centre goes first and reaches every pixel.
template <typename Body>
void for_taps(const at::Tensor& input, const at::Tensor& output, const at::Tensor& weight, const Body& body) {
  const int64_t height = input.size(0), columns = input.size(1);
  const auto rows = [](const at::Tensor& pixels) { return pixels.reshape({-1, pixels.size(-1)}); };
  for (const int64_t down : {0, -1, 1}) {
    for (const int64_t right : {0, -1, 1}) {
      if (std::abs(down) >= height || std::abs(right) >= columns) continue;
      const at::Tensor tap = weight.select(3, right + 1).select(2, down + 1);
      const int64_t above = std::max<int64_t>(0, -down), below = height - std::max<int64_t>(0, down);
      if (right == 0) {
        body(rows(input.slice(0, above + down, below + down)), rows(output.slice(0, above, below)), tap, true);
        continue;
      }
      for (int64_t y = above; y < below; ++y) {
        const int64_t x = right < 0 ? 1 : 0;
        body(input.select(0, y + down).select(0, x + right), output.select(0, y).select(0, x), tap, y == above);
      }
    }
  }
}

struct SmallMapConvolution : torch::autograd::Function<SmallMapConvolution> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight) {
    const at::Tensor input = by_pixel(map);
    at::Tensor output = at::empty({input.size(0), input.size(1), input.size(2), weight.size(0)}, map.options());
    bool written = false;
    for_taps(input, output, weight, [&](const at::Tensor& x, at::Tensor y, const at::Tensor& w, bool) {
      y.addmm_(x, w.t(), written);
      written = true;
    });
    context->save_for_backward({map, weight});
    return in_blocks(output);
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &weight = saved[1];
    const at::Tensor slope = by_pixel(outer[0]), input = by_pixel(map);
    const at::Tensor of_input = at::empty_like(input);
    const bool whole = map.size(2) == 2 && map.size(3) == 2;
    const at::Tensor of_weight = whole ? at::empty_like(weight) : at::zeros_like(weight);
    bool written = false;
    for_taps(of_input, slope, weight, [&](at::Tensor x, const at::Tensor& y, const at::Tensor& w, bool) {
      x.addmm_(y, w, written);
      written = true;
    });
    for_taps(input, slope, of_weight,
             [](const at::Tensor& x, const at::Tensor& y, at::Tensor w, bool first) { w.addmm_(y.t(), x, !first); });
    return {in_blocks(of_input), of_weight};
  }
};

}  // namespace

at::Tensor small_map_convolution(const at::Tensor& map, const at::Tensor& weight) {
  return SmallMapConvolution::apply(map, weight);
}

}  // namespace mvt::blocks

#endif
