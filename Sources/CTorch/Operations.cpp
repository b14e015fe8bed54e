#include <limits>

#include "ChannelBlocks/ChannelBlocks.h"
#include "ChannelsLast/ChannelsLast.h"
#include "Handles.h"
#include "Ranks/Ranks.h"

GuardedStatus mvt_binary(MVTBinary operation, const MVTTensor* left, const MVTTensor* right, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor &a = left->value, &b = right->value;
    switch (operation) {
      case MVTAdd:
        *result = new MVTTensor(at::add(a, b));
        return;
      case MVTSubtract:
        *result = new MVTTensor(at::sub(a, b));
        return;
      case MVTMultiply:
        *result = new MVTTensor(at::mul(a, b));
        return;
      case MVTDivide:
        *result = new MVTTensor(at::div(a, b));
        return;
      case MVTMatrixMultiply:
        *result = new MVTTensor(at::matmul(a, b));
        return;
    }
    TORCH_CHECK(false, "no such operation");
  });
}

GuardedStatus mvt_unary(MVTUnary operation, const MVTTensor* tensor, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor& x = tensor->value;
    const auto give = [&](at::Tensor value) { *result = new MVTTensor(std::move(value)); };
    switch (operation) {
      case MVTSum:
        return give(x.sum());
      case MVTMean:
        return give(x.mean());
      case MVTTranspose:
        return give(x.t());
      case MVTSquareRoot:
        return give(x.sqrt());
      case MVTGlobalAveragePool:
        return give(mvt::channels_last::mean_of_pixels(x));
      case MVTChannelsLast:
        return give(x.contiguous(at::MemoryFormat::ChannelsLast));
      case MVTFloat:
        return give(x.to(at::kFloat));
      case MVTNormalizeRows:
        return give(x / x.norm(2, at::IntArrayRef({1}), true).clamp_min(1e-12));
      case MVTGelu:
        return give(at::gelu(x));
      case MVTQuickGelu:
        return give(x * at::sigmoid(x * 1.702));
      case MVTSilu:
        return give(at::silu(x));
      case MVTSquare:
        return give(x * x);
      case MVTRelu:
        return give(at::relu(x));
      case MVTDiagonal:
        return give(x.diagonal());
      case MVTOffDiagonal: {
        const int64_t n = x.size(0);
        TORCH_CHECK(x.dim() == 2 && n == x.size(1), "not a square matrix: ", x.sizes());
        // Between two places on the diagonal lie n others: without the last value they are rows of n + 1.
        return give(x.reshape({n * n}).narrow(0, 0, n * n - 1).reshape({n - 1, n + 1}).narrow(1, 1, n));
      }
      case MVTMaskDiagonal: {
        const at::Tensor mask = at::eye(x.size(0), x.size(1), x.options().dtype(at::kBool));
        return give(x.masked_fill(mask, -std::numeric_limits<double>::infinity()));
      }
    }
    TORCH_CHECK(false, "no such operation");
  });
}

GuardedStatus mvt_affine(const MVTTensor* tensor, double factor, double offset, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor scaled = tensor->value * factor;
    *result = new MVTTensor(offset == 0 ? scaled : scaled + offset);
  });
}

GuardedStatus mvt_rows(const MVTTensor* tensor, int64_t first, int64_t count, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(tensor->value.narrow(0, first, count)); });
}

GuardedStatus mvt_add_relu(const MVTTensor* left, const MVTTensor* right, MVTTensor** result) {
  return mvt::run([&] { *result = new MVTTensor(mvt::channels_last::rectified_sum(left->value, right->value)); });
}

GuardedStatus mvt_conv2d(const MVTTensor* input, const MVTTensor* weight, int64_t stride, int64_t padding, bool blocks,
                         MVTTensor** result) {
  return mvt::run([&] {
    at::Tensor source = input->value;
    if (mvt::blocks::suits_tap_products(source, weight->value, stride, padding)) {
      *result = new MVTTensor(mvt::blocks::tap_products(source, weight->value));
      return;
    }
    if (blocks || mvt::blocks::holds(source)) {
      *result = new MVTTensor(mvt::blocks::convolution(source, weight->value, stride, padding));
      return;
    }
    if (source.is_cpu() && stride > 1 && padding == 0 && weight->value.dim() == 4 && weight->value.size(2) == 1 &&
        weight->value.size(3) == 1) {
      // A 1x1 kernel sees only every stride-th pixel, so the others are dropped first. oneDNN 2.6 (Debian 12) corrupts
      // the heap in the gradient of the strided channels-last form with few channels.
      source = mvt::channels_last::sparse_pixels(source, stride);
      stride = 1;
    }
    if (mvt::blocks::suits_pieces(source, weight->value)) {
      *result = new MVTTensor(mvt::blocks::convolution_in_pieces(source, weight->value, stride, padding));
      return;
    }
    const int64_t strides[] = {stride, stride}, paddings[] = {padding, padding};
    *result = new MVTTensor(at::conv2d(source, weight->value, {}, strides, paddings));
  });
}

GuardedStatus mvt_batch_norm(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias,
                             MVTTensor* running_mean, MVTTensor* running_variance, int64_t views, MVTGroup* group,
                             double momentum, double epsilon, bool relu, MVTTensor** result) {
  return mvt::run([&] {
    const at::Tensor& map = input->value;
    TORCH_CHECK(views <= 1 || map.size(0) % views == 0, "a batch of ", map.size(0), " is not ", views, " equal views");
    if (group && views > 0) {
      *result = new MVTTensor(mvt::ranks::batch_norm(*group, map, weight->value, bias->value, running_mean->value,
                                                     running_variance->value, momentum, epsilon, relu, views));
      return;
    }
    if (mvt::blocks::holds(map)) {
      TORCH_CHECK(views > 0, "maps are in blocks in training only");
      *result = new MVTTensor(mvt::blocks::batch_norm(map, weight->value, bias->value, running_mean->value,
                                                      running_variance->value, momentum, epsilon, relu, views));
      return;
    }
    if (views > 0 && mvt::channels_last::suits(map)) {
      *result = new MVTTensor(mvt::channels_last::batch_norm(map, weight->value, bias->value, running_mean->value,
                                                             running_variance->value, momentum, epsilon, relu, views));
      return;
    }
    const auto normalized = [&](const at::Tensor& part) {
      at::Tensor normal = at::batch_norm(part, weight->value, bias->value, running_mean->value, running_variance->value,
                                         views > 0, momentum, epsilon, part.is_cuda());
      // The normalized values themselves are not needed for any gradient, so the rectifier may overwrite them.
      return relu ? normal.relu_() : normal;
    };
    if (views <= 1) {
      *result = new MVTTensor(normalized(map));
      return;
    }
    std::vector<at::Tensor> parts;
    for (const at::Tensor& part : map.chunk(views)) parts.push_back(normalized(part));
    *result = new MVTTensor(at::cat(parts));
  });
}

GuardedStatus mvt_max_pool2d(const MVTTensor* input, int64_t kernel, int64_t stride, int64_t padding,
                             MVTTensor** result) {
  return mvt::run([&] {
    if (mvt::blocks::holds(input->value)) {
      *result = new MVTTensor(mvt::blocks::max_pool(input->value, kernel, stride, padding));
      return;
    }
    const int64_t kernels[] = {kernel, kernel}, strides[] = {stride, stride}, paddings[] = {padding, padding};
    *result = new MVTTensor(at::max_pool2d(input->value, kernels, strides, paddings));
  });
}

GuardedStatus mvt_linear(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias, MVTTensor** result) {
  return mvt::run([&] {
    *result = new MVTTensor(bias ? at::linear(input->value, weight->value, bias->value)
                                 : at::linear(input->value, weight->value));
  });
}
