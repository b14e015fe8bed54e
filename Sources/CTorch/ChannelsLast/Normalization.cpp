#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "../Parallel.h"
#include "ChannelsLast.h"
#include "NormalizationKernels.h"

namespace mvt::channels_last {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::MemoryFormat format(const at::Tensor& map) {
  return map.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

const uint16_t* values(const at::Tensor& map) { return static_cast<const uint16_t*>(map.data_ptr()); }

/// Adds up two sums a channel over all pixels; `body(pixel, count, first, second)` adds those of some.
template <typename Body>
void sum(int64_t pixels, int64_t channels, std::vector<double>& first, std::vector<double>& second, const Body& body) {
  // The number of pieces does not follow the threads: nor do the bits of the sums.
  const int64_t pieces = std::clamp<int64_t>(pixels * channels / (1 << 16), 1, 64);
  std::vector<double> parts(2 * pieces * channels, 0);
  parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t from = pixels * piece / pieces, to = pixels * (piece + 1) / pieces;
      double* part = parts.data() + 2 * piece * channels;
      body(from, to - from, part, part + channels);
    }
  });
  first.assign(channels, 0);
  second.assign(channels, 0);
  for (int64_t piece = 0; piece < pieces; ++piece) {
    for (int64_t channel = 0; channel < channels; ++channel) {
      first[channel] += parts[2 * piece * channels + channel];
      second[channel] += parts[(2 * piece + 1) * channels + channel];
    }
  }
}

/// Calls `body(pixel, count)` for all pixels, on every thread.
template <typename Body>
void for_pixels(int64_t pixels, int64_t channels, const Body& body) {
  parallel_for(0, pixels, std::max<int64_t>(1, (1 << 15) / channels),
               [&](int64_t begin, int64_t end) { body(begin, end - begin); });
}

struct Normalization : torch::autograd::Function<Normalization> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, at::Tensor bias,
                            at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon,
                            bool relu) {
    const int64_t channels = map.size(1), pixels = map.numel() / channels;
    const uint16_t* x = values(map);
    // About the first pixel: squares about a far center would lose the variance.
    const at::Tensor center = (map.dim() == 4 ? map.select(3, 0).select(2, 0) : map).select(0, 0).to(at::kFloat);
    const float* middle = center.data_ptr<float>();
    std::vector<double> sums, squares;
    sum(pixels, channels, sums, squares, [&](int64_t pixel, int64_t count, double* first, double* second) {
      add_sums(x + pixel * channels, count, channels, middle, first, second);
    });
    const at::Tensor mean = at::empty({channels}, weight.options()), inverse = at::empty_like(mean),
                     variance = at::empty_like(mean), factor = at::empty_like(mean), offset = at::empty_like(mean);
    const float *w = weight.data_ptr<float>(), *b = bias.data_ptr<float>();
    const auto count = static_cast<double>(pixels);
    for (int64_t channel = 0; channel < channels; ++channel) {
      const double shift = sums[channel] / count, spread = squares[channel] / count - shift * shift;
      // Not std::max: a NaN must stay one.
      const double own = spread < 0 ? 0 : spread, middle_of = middle[channel] + shift;
      const double root = 1 / std::sqrt(own + epsilon);
      mean.data_ptr<float>()[channel] = static_cast<float>(middle_of);
      variance.data_ptr<float>()[channel] = static_cast<float>(own * count / (count - 1));
      inverse.data_ptr<float>()[channel] = static_cast<float>(root);
      factor.data_ptr<float>()[channel] = static_cast<float>(root * w[channel]);
      offset.data_ptr<float>()[channel] = static_cast<float>(b[channel] - middle_of * root * w[channel]);
    }
    running_mean.mul_(1 - momentum).add_(mean, momentum);
    running_variance.mul_(1 - momentum).add_(variance, momentum);
    const at::Tensor result = at::empty_like(map);
    auto* to = static_cast<uint16_t*>(result.data_ptr());
    const float *times = factor.data_ptr<float>(), *plus = offset.data_ptr<float>();
    for_pixels(pixels, channels, [&](int64_t pixel, int64_t some) {
      scale(x + pixel * channels, some, channels, times, plus, relu, to + pixel * channels);
    });
    context->save_for_backward({map, mean, inverse, factor, offset});
    context->saved_data["relu"] = relu;
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &factor = saved[3];
    const bool relu = context->saved_data["relu"].toBool();
    const int64_t channels = map.size(1), pixels = map.numel() / channels;
    const at::Tensor pull = outer[0].to(at::kBFloat16).contiguous(format(map));
    const uint16_t *x = values(map), *slope = values(pull);
    const float *mean = saved[1].data_ptr<float>(), *inverse = saved[2].data_ptr<float>(),
                *times = factor.data_ptr<float>(), *plus = saved[4].data_ptr<float>();
    std::vector<double> sums, products;
    sum(pixels, channels, sums, products, [&](int64_t pixel, int64_t count, double* first, double* second) {
      add_slopes(x + pixel * channels, slope + pixel * channels, count, channels, mean, times, plus, relu, first,
                 second);
    });
    const at::Tensor of_weight = at::empty_like(factor), of_bias = at::empty_like(factor);
    std::vector<float> linear(channels), constant(channels);
    const auto count = static_cast<double>(pixels);
    // The derivative by x: w / deviation (g - mean of g - (x - mean) / variance * mean of g (x - mean)).
    for (int64_t channel = 0; channel < channels; ++channel) {
      const double root = inverse[channel], along = root * root * products[channel] / count;
      of_bias.data_ptr<float>()[channel] = static_cast<float>(sums[channel]);
      of_weight.data_ptr<float>()[channel] = static_cast<float>(root * products[channel]);
      linear[channel] = static_cast<float>(-times[channel] * along);
      constant[channel] = static_cast<float>(times[channel] * (along * mean[channel] - sums[channel] / count));
    }
    const at::Tensor of_map = at::empty_like(map);
    auto* to = static_cast<uint16_t*>(of_map.data_ptr());
    for_pixels(pixels, channels, [&](int64_t pixel, int64_t some) {
      combine(x + pixel * channels, slope + pixel * channels, some, channels, times, plus, relu, linear.data(),
              constant.data(), to + pixel * channels);
    });
    variable_list gradients(8);
    gradients[0] = of_map;
    gradients[1] = of_weight;
    gradients[2] = of_bias;
    return gradients;
  }
};

}  // namespace

bool suits(const at::Tensor& map) {
  return map.is_cpu() && map.scalar_type() == at::kBFloat16 && (map.dim() == 4 || map.dim() == 2) &&
         map.size(1) % 16 == 0 && map.is_contiguous(format(map));
}

at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu) {
  TORCH_CHECK(map.numel() > map.size(1), "batch normalisation needs more than one value per channel");
  const at::Tensor means = running_mean, variances = running_variance;
  for (const at::Tensor& vector : {weight, bias, means, variances}) {
    TORCH_CHECK(vector.numel() == map.size(1) && vector.scalar_type() == at::kFloat && vector.is_contiguous(),
                "normalisation of ", map.size(1), " channels by ", vector.numel(), " numbers");
  }
  return Normalization::apply(map, weight, bias, running_mean, running_variance, momentum, epsilon, relu);
}

}  // namespace mvt::channels_last
