#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

#include "Distances.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

mvt::Estimator estimator(bool unbiased) { return unbiased ? mvt::Estimator::unbiased : mvt::Estimator::biased; }

/// A scalar whose gradients are known as soon as its value is: the forward pass keeps them, the backward pass scales
/// them.
variable_list scaled_gradients(AutogradContext* context, const variable_list& outer) {
  variable_list gradients;
  for (const at::Tensor& gradient : context->get_saved_variables()) gradients.push_back(gradient * outer[0]);
  return gradients;
}

struct DistanceCorrelation : torch::autograd::Function<DistanceCorrelation> {
  static at::Tensor forward(AutogradContext* context, at::Tensor x, at::Tensor y, bool unbiased) {
    const auto kind = estimator(unbiased);
    const mvt::Side a = mvt::side_of(x, 1, kind, true), b = mvt::side_of(y, 1, kind, true);
    at::Tensor slope_a = at::zeros_like(a.centred), slope_b = at::zeros_like(b.centred);
    const double value = mvt::distance_correlation(a, b, kind, 1, slope_a.data_ptr<float>(), slope_b.data_ptr<float>());
    context->save_for_backward({mvt::rows_gradient(a, slope_a), mvt::rows_gradient(b, slope_b)});
    return at::full({}, value, x.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    variable_list gradients = scaled_gradients(context, outer);
    gradients.emplace_back();
    return gradients;
  }
};

/// What the loss needs beside the embeddings, and where its terms go.
struct Terms {
  const MVTLossSettings& settings;
  MVTDistances* const* representations;
  const double* weights;
  int64_t count;
  double* values;
};

/// The hinge on the deviation of each column, mean of max(0, margin - std_j); adds weight times its gradient.
double hinge(const at::Tensor& z, double margin, double weight, at::Tensor& gradient) {
  const auto moments = at::var_mean(z, at::IntArrayRef({0}), true, true);
  const at::Tensor deviation = std::get<0>(moments).sqrt();
  const at::Tensor short_of = (margin - deviation).clamp_min(0);
  const double columns = static_cast<double>(z.size(1)), rows = static_cast<double>(z.size(0));
  // d std_j / d z_ij = (z_ij - mean_j) / ((n - 1) std_j); a column that does not vary has no direction to grow in.
  at::Tensor factor = at::where((short_of > 0).logical_and(deviation > 0), -weight / (columns * (rows - 1)) / deviation,
                                at::zeros_like(deviation));
  gradient.add_((z - std::get<1>(moments)).mul_(factor));
  return short_of.mean().item<double>();
}

struct MultiViewLoss : torch::autograd::Function<MultiViewLoss> {
  static at::Tensor forward(AutogradContext* context, at::Tensor z0, at::Tensor z, const Terms* terms) {
    const MVTLossSettings& settings = terms->settings;
    const auto kind = estimator(settings.unbiased);
    const at::Tensor difference = z - z0;
    const double mse = difference.square().mean().item<double>();
    at::Tensor gradient = difference * (2 * settings.weight_mse / static_cast<double>(z.numel()));
    at::Tensor gradient0 = -gradient;
    const double spread = hinge(z, settings.margin, settings.weight_std, gradient) +
                          hinge(z0, settings.margin, settings.weight_std, gradient0);

    const mvt::Side a0 = mvt::side_of(z0, settings.embedding_scale, kind, true);
    const mvt::Side a = mvt::side_of(z, settings.embedding_scale, kind, true);
    at::Tensor slope0 = at::zeros_like(a0.centred), slope = at::zeros_like(a.centred);
    const double views = 1 - mvt::distance_correlation(a0, a, kind, -settings.weight_views, slope0.data_ptr<float>(),
                                                       slope.data_ptr<float>());
    double total = settings.weight_mse * mse + settings.weight_std * spread + settings.weight_views * views;
    terms->values[0] = mse;
    terms->values[1] = spread;
    terms->values[2] = views;
    const double sign = settings.released_sign ? 1 : -1;
    for (int64_t index = 0; index < terms->count; ++index) {
      const double weight = terms->weights[index];
      const double value = mvt::distance_correlation(a, terms->representations[index]->side, kind, sign * weight,
                                                     slope.data_ptr<float>(), nullptr);
      terms->values[3 + index] = settings.released_sign ? value : 1 - value;
      total += weight * terms->values[3 + index];
    }
    // Every term's pull on the distances of z is gathered first, so that there is one product, not one a term.
    gradient.add_(mvt::rows_gradient(a, slope));
    gradient0.add_(mvt::rows_gradient(a0, slope0));
    context->save_for_backward({gradient0, gradient});
    return at::full({}, total, z.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) {
    variable_list gradients = scaled_gradients(context, outer);
    gradients.emplace_back();
    return gradients;
  }
};

}  // namespace

void mvt_distances_free(MVTDistances* distances) { delete distances; }

GuardedStatus mvt_distances_of_rows(const float* values, int64_t rows, int64_t columns, double scale, bool unbiased,
                                    MVTDistances** result) {
  return mvt::run([&] {
    const at::Tensor view = at::from_blob(const_cast<float*>(values), {rows, columns}, at::kFloat);
    *result = new MVTDistances(mvt::side_of(view, scale, estimator(unbiased), false));
  });
}

GuardedStatus mvt_distances_of_tensor(const MVTTensor* tensor, double scale, bool unbiased, MVTDistances** result) {
  return mvt::run([&] {
    const at::Tensor rows = tensor->value.detach().to(at::kFloat).flatten(1).contiguous();
    *result = new MVTDistances(mvt::side_of(rows, scale, estimator(unbiased), false));
  });
}

GuardedStatus mvt_distance_correlation(const MVTTensor* x, const MVTTensor* y, bool unbiased, MVTTensor** result) {
  return mvt::run([&] {
    *result = new MVTTensor(DistanceCorrelation::apply(x->value.flatten(1).to(at::kFloat).contiguous(),
                                                       y->value.flatten(1).to(at::kFloat).contiguous(), unbiased));
  });
}

GuardedStatus mvt_loss(const MVTTensor* z0, const MVTTensor* z, const MVTLossSettings* settings,
                       MVTDistances* const* representations, const double* weights, int64_t count, double* terms,
                       MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(z0->value.dim() == 2 && z0->value.sizes() == z->value.sizes(),
                "the views' embeddings differ in shape: ", z0->value.sizes(), " and ", z->value.sizes());
    const Terms all{*settings, representations, weights, count, terms};
    *result = new MVTTensor(
        MultiViewLoss::apply(z0->value.to(at::kFloat).contiguous(), z->value.to(at::kFloat).contiguous(), &all));
  });
}
