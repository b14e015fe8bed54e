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

bool in_blocks(const at::Tensor& map) { return map.dim() == 5; }

at::MemoryFormat format(const at::Tensor& map) {
  return map.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

/// How values lie in memory: planes one after the other, of pixels, of the values of some channels.
struct Layout {
  /// One, but for maps in blocks.
  int64_t planes = 1;
  int64_t pixels, width, channels;

  explicit Layout(const at::Tensor& map) {
    const bool blocks = in_blocks(map);
    channels = blocks ? map.size(1) * map.size(4) : map.size(1);
    width = blocks ? map.size(4) : channels;
    planes = blocks ? map.size(0) * map.size(1) : 1;
    pixels = map.numel() / (planes * width);
  }

  /// The values of one channel.
  int64_t count() const { return planes * width * pixels / channels; }
  /// The first channel of a plane.
  int64_t channel(int64_t plane) const { return plane * width % channels; }
  /// The place of a pixel's first value.
  int64_t place(int64_t plane, int64_t pixel) const { return (plane * pixels + pixel) * width; }
};

/// Adds up two sums a channel over all pixels; `body(plane, pixel, count, first, second)` adds those of some.
template <typename Body>
void sum(const Layout& layout, std::vector<double>& first, std::vector<double>& second, const Body& body) {
  const int64_t channels = layout.channels;
  // The number of pieces does not follow the threads: nor do the bits of the sums.
  int64_t pieces = std::clamp<int64_t>(layout.count() * channels / (1 << 16), 1, 64);
  if (layout.planes > 1) pieces = std::min(pieces, layout.planes);
  std::vector<double> parts(2 * pieces * channels, 0);
  parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      const int64_t whole = layout.planes > 1 ? layout.planes : layout.pixels;
      const int64_t from = whole * piece / pieces, to = whole * (piece + 1) / pieces;
      double* part = parts.data() + 2 * piece * channels;
      if (layout.planes == 1) {
        body(0, from, to - from, part, part + channels);
        continue;
      }
      for (int64_t plane = from; plane < to; ++plane) {
        double* own = part + layout.channel(plane);
        body(plane, 0, layout.pixels, own, own + channels);
      }
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

/// Calls `body(plane, pixel, count)` for all pixels, on every thread.
template <typename Body>
void for_pixels(const Layout& layout, const Body& body) {
  if (layout.planes > 1) {
    const int64_t grain = std::max<int64_t>(1, (1 << 15) / (layout.pixels * layout.width));
    parallel_for(0, layout.planes, grain, [&](int64_t begin, int64_t end) {
      for (int64_t plane = begin; plane < end; ++plane) body(plane, 0, layout.pixels);
    });
    return;
  }
  parallel_for(0, layout.pixels, std::max<int64_t>(1, (1 << 15) / layout.channels),
               [&](int64_t begin, int64_t end) { body(0, begin, end - begin); });
}

/// The statistics of all ranks' batches in place of those of one's own; the ranks have as many values each.
void share_moments(MVTGroup& group, std::vector<double>& means, std::vector<double>& spreads) {
  const auto channels = static_cast<int64_t>(means.size());
  const at::Tensor own = at::empty({2, channels}, at::kDouble);
  std::copy(means.begin(), means.end(), own.data_ptr<double>());
  std::copy(spreads.begin(), spreads.end(), own.data_ptr<double>() + channels);
  const at::Tensor all = ranks::gathered(group, own);
  const double* values = all.data_ptr<double>();
  const int64_t size = ranks::size(group);
  for (int64_t channel = 0; channel < channels; ++channel) {
    const auto at = [&](int64_t rank, int64_t row) { return values[(2 * rank + row) * channels + channel]; };
    double mean = 0, spread = 0;
    for (int64_t rank = 0; rank < size; ++rank) mean += at(rank, 0) / static_cast<double>(size);
    for (int64_t rank = 0; rank < size; ++rank) {
      const double apart = at(rank, 0) - mean;
      spread += (at(rank, 1) + apart * apart) / static_cast<double>(size);
    }
    means[channel] = mean;
    spreads[channel] = spread;
  }
}

/// The sums over all ranks, in copies: a parameter's gradients are added up elsewhere.
void share_sums(MVTGroup& group, std::vector<double>& sums, std::vector<double>& products) {
  const auto channels = static_cast<int64_t>(sums.size());
  const at::Tensor all = at::empty({2, channels}, at::kDouble);
  double* values = all.data_ptr<double>();
  std::copy(sums.begin(), sums.end(), values);
  std::copy(products.begin(), products.end(), values + channels);
  ranks::add_up(group, all);
  std::copy(values, values + channels, sums.begin());
  std::copy(values + channels, values + 2 * channels, products.begin());
}

/// The first pixel, a value a channel.
at::Tensor first_pixel(const at::Tensor& map) {
  const at::Tensor image = map.select(0, 0);
  if (in_blocks(map)) return image.select(2, 0).select(1, 0).flatten().to(at::kFloat);
  return (map.dim() == 4 ? image.select(2, 0).select(1, 0) : image).to(at::kFloat);
}

/// The views of a batch lie one after the other and have statistics each; ranks exchange those of all views at once.
template <typename Value>
struct Normalization : torch::autograd::Function<Normalization<Value>> {
  static at::Tensor forward(AutogradContext* context, at::Tensor map, at::Tensor weight, at::Tensor bias,
                            at::Tensor running_mean, at::Tensor running_variance, double momentum, double epsilon,
                            bool relu, int64_t views, MVTGroup* group) {
    const int64_t images = map.size(0) / views;
    const Layout layout(map.narrow(0, 0, images));
    const int64_t channels = layout.channels, values = layout.count() * channels;
    const auto* x = static_cast<const Value*>(map.data_ptr());
    auto count = static_cast<double>(layout.count());
    std::vector<double> means, spreads;
    for (int64_t view = 0; view < views; ++view) {
      // About the first pixel: squares about a far center would lose the variance.
      const at::Tensor center = first_pixel(map.narrow(0, view * images, images)).contiguous();
      const float* middle = center.data_ptr<float>();
      const Value* from = x + view * values;
      std::vector<double> sums, squares;
      sum(layout, sums, squares, [&](int64_t plane, int64_t pixel, int64_t some, double* first, double* second) {
        add_sums(from + layout.place(plane, pixel), some, layout.width, middle + layout.channel(plane), first, second);
      });
      for (int64_t channel = 0; channel < channels; ++channel) {
        const double shift = sums[channel] / count, spread = squares[channel] / count - shift * shift;
        // Not std::max: a NaN must stay one.
        spreads.push_back(spread < 0 ? 0 : spread);
        means.push_back(middle[channel] + shift);
      }
    }
    if (group) {
      share_moments(*group, means, spreads);
      count *= ranks::size(*group);
    }
    const at::Tensor mean = at::empty({views, channels}, weight.options()), inverse = at::empty_like(mean),
                     variance = at::empty_like(mean), factor = at::empty_like(mean), offset = at::empty_like(mean);
    const float *w = weight.data_ptr<float>(), *b = bias.data_ptr<float>();
    for (int64_t index = 0; index < views * channels; ++index) {
      const double own = spreads[index], middle_of = means[index], root = 1 / std::sqrt(own + epsilon);
      const float scale_of = w[index % channels];
      mean.data_ptr<float>()[index] = static_cast<float>(middle_of);
      variance.data_ptr<float>()[index] = static_cast<float>(own * count / (count - 1));
      inverse.data_ptr<float>()[index] = static_cast<float>(root);
      factor.data_ptr<float>()[index] = static_cast<float>(root * scale_of);
      offset.data_ptr<float>()[index] = static_cast<float>(b[index % channels] - middle_of * root * scale_of);
    }
    const at::Tensor result = at::empty_like(map);
    for (int64_t view = 0; view < views; ++view) {
      running_mean.mul_(1 - momentum).add_(mean[view], momentum);
      running_variance.mul_(1 - momentum).add_(variance[view], momentum);
      const Value* from = x + view * values;
      auto* to = static_cast<Value*>(result.data_ptr()) + view * values;
      const float *times = factor.data_ptr<float>() + view * channels,
                  *plus = offset.data_ptr<float>() + view * channels;
      for_pixels(layout, [&](int64_t plane, int64_t pixel, int64_t some) {
        const int64_t place = layout.place(plane, pixel), channel = layout.channel(plane);
        scale(from + place, some, layout.width, times + channel, plus + channel, relu, to + place);
      });
    }
    context->save_for_backward({map, mean, inverse, factor, offset});
    context->saved_data["relu"] = relu;
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &map = saved[0], &factor = saved[3];
    const bool relu = context->saved_data["relu"].toBool();
    auto* group = reinterpret_cast<MVTGroup*>(context->saved_data["group"].toInt());
    const int64_t views = factor.size(0), images = map.size(0) / views;
    const Layout layout(map.narrow(0, 0, images));
    const int64_t channels = layout.channels, values = layout.count() * channels;
    const at::Tensor pull = outer[0].to(map.scalar_type()).contiguous(format(map));
    const auto *x = static_cast<const Value*>(map.data_ptr()), *slope = static_cast<const Value*>(pull.data_ptr());
    const float *mean = saved[1].data_ptr<float>(), *inverse = saved[2].data_ptr<float>(),
                *times = factor.data_ptr<float>(), *plus = saved[4].data_ptr<float>();
    std::vector<double> sums, products;
    for (int64_t view = 0; view < views; ++view) {
      std::vector<double> of_slopes, of_products;
      sum(layout, of_slopes, of_products,
          [&](int64_t plane, int64_t pixel, int64_t some, double* first, double* second) {
            const int64_t place = view * values + layout.place(plane, pixel),
                          channel = view * channels + layout.channel(plane);
            add_slopes(x + place, slope + place, some, layout.width, mean + channel, times + channel, plus + channel,
                       relu, first, second);
          });
      sums.insert(sums.end(), of_slopes.begin(), of_slopes.end());
      products.insert(products.end(), of_products.begin(), of_products.end());
    }
    const at::Tensor of_weight = at::zeros({channels}, factor.options()), of_bias = at::zeros_like(of_weight);
    for (int64_t index = 0; index < views * channels; ++index) {
      of_bias.data_ptr<float>()[index % channels] += static_cast<float>(sums[index]);
      of_weight.data_ptr<float>()[index % channels] += static_cast<float>(inverse[index] * products[index]);
    }
    std::vector<float> linear(views * channels), constant(views * channels);
    auto count = static_cast<double>(layout.count());
    if (group) {
      share_sums(*group, sums, products);
      count *= ranks::size(*group);
    }
    // The derivative by x: w / deviation (g - mean of g - (x - mean) / variance * mean of g (x - mean)).
    for (int64_t index = 0; index < views * channels; ++index) {
      const double root = inverse[index], along = root * root * products[index] / count;
      linear[index] = static_cast<float>(-times[index] * along);
      constant[index] = static_cast<float>(times[index] * (along * mean[index] - sums[index] / count));
    }
    const at::Tensor of_map = at::empty_like(map);
    auto* to = static_cast<Value*>(of_map.data_ptr());
    for (int64_t view = 0; view < views; ++view) {
      for_pixels(layout, [&](int64_t plane, int64_t pixel, int64_t some) {
        const int64_t place = view * values + layout.place(plane, pixel),
                      channel = view * channels + layout.channel(plane);
        combine(x + place, slope + place, some, layout.width, times + channel, plus + channel, relu,
                linear.data() + channel, constant.data() + channel, to + place);
      });
    }
    variable_list gradients(10);
    gradients[0] = of_map;
    gradients[1] = of_weight;
    gradients[2] = of_bias;
    return gradients;
  }
};

}  // namespace

bool suits(const at::Tensor& map) { return takes(map) && !in_blocks(map) && map.scalar_type() == at::kBFloat16; }

bool takes(const at::Tensor& map) {
  if (!map.is_cpu() || (map.scalar_type() != at::kBFloat16 && map.scalar_type() != at::kFloat)) return false;
  if (in_blocks(map)) return map.size(4) % 16 == 0 && map.is_contiguous();
  return (map.dim() == 4 || map.dim() == 2) && map.size(1) % 16 == 0 && map.is_contiguous(format(map));
}

at::Tensor batch_norm(const at::Tensor& map, const at::Tensor& weight, const at::Tensor& bias, at::Tensor running_mean,
                      at::Tensor running_variance, double momentum, double epsilon, bool relu, int64_t views,
                      MVTGroup* group) {
  const Layout layout(map.narrow(0, 0, map.size(0) / views));
  TORCH_CHECK(group || layout.count() > 1, "batch normalisation needs more than one value per channel");
  const at::Tensor means = running_mean, variances = running_variance;
  for (const at::Tensor& vector : {weight, bias, means, variances}) {
    TORCH_CHECK(vector.numel() == layout.channels && vector.scalar_type() == at::kFloat && vector.is_contiguous(),
                "normalisation of ", layout.channels, " channels by ", vector.numel(), " numbers");
  }
  return map.scalar_type() == at::kFloat
             ? Normalization<float>::apply(map, weight, bias, running_mean, running_variance, momentum, epsilon, relu,
                                           views, group)
             : Normalization<uint16_t>::apply(map, weight, bias, running_mean, running_variance, momentum, epsilon,
                                              relu, views, group);
}

}  // namespace mvt::channels_last
