#include <cmath>

#include "Handles.h"

GuardedStatus mvt_layer_norm(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias, double epsilon,
                             MVTTensor** result) {
  return mvt::run([&] {
    // Under autocast a token may be bfloat16, and the weights never are.
    const at::Tensor source = input->value.to(weight->value.scalar_type());
    const int64_t columns[] = {source.size(-1)};
    *result = new MVTTensor(at::layer_norm(source, columns, weight->value, bias->value, epsilon));
  });
}

GuardedStatus mvt_attention(const MVTTensor* queries, const MVTTensor* keys, const MVTTensor* values, int64_t heads,
                            MVTTensor** result) {
  return mvt::run([&] {
    const int64_t width = queries->value.size(-1);
    TORCH_CHECK(heads > 0 && width % heads == 0, heads, " heads do not divide ", width, " columns");
    // N x heads x tokens x columns.
    const auto split = [&](const at::Tensor& tokens) {
      return tokens.reshape({tokens.size(0), tokens.size(1), heads, width / heads}).transpose(1, 2);
    };
    const at::Tensor q = split(queries->value), k = split(keys->value), v = split(values->value);
#if TORCH_VERSION_MAJOR >= 2
    const at::Tensor attended = at::scaled_dot_product_attention(q, k, v);
#else
    // Each head's rows are brought together once, so that no product has to.
    const int64_t images = q.size(0);
    const auto joined = [&](const at::Tensor& part) {
      return part.reshape({images * heads, part.size(2), width / heads});
    };
    const double scale = 1 / std::sqrt(static_cast<double>(width / heads));
    const at::Tensor likeness = at::bmm(joined(q) * scale, joined(k).transpose(1, 2));
    const at::Tensor attended =
        at::bmm(at::softmax(likeness, -1), joined(v)).reshape({images, heads, q.size(2), width / heads});
#endif
    *result = new MVTTensor(attended.transpose(1, 2).reshape({q.size(0), q.size(2), width}));
  });
}
