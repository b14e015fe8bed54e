#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <initializer_list>
#include <string>

#include "Distances.h"

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

mvt::Estimator estimator(bool unbiased) { return unbiased ? mvt::Estimator::unbiased : mvt::Estimator::biased; }

/// Keeps the gradients of a scalar, which are known as soon as its value is; one that nobody needs is undefined.
void keep(AutogradContext* context, std::initializer_list<at::Tensor> gradients) {
  // Not as saved variables: those are referred to until the pass is over, so that each would be copied to its leaf.
  for (const at::Tensor& gradient : gradients) {
    context->saved_data[std::to_string(context->saved_data.size())] = gradient;
  }
}

/// The kept gradients times that of the scalar. They are given away: a second pass over one graph is an error.
variable_list give(AutogradContext* context, const variable_list& outer, size_t inputs) {
  const auto factor = outer[0].item<double>();
  variable_list gradients(inputs);
  for (size_t index = 0; index < context->saved_data.size(); ++index) {
    c10::IValue& kept = context->saved_data[std::to_string(index)];
    TORCH_CHECK(kept.isTensor(), "the gradients of this loss were used already");
    gradients[index] = std::move(kept).toTensor();
    kept = c10::IValue(0);
    if (gradients[index].defined() && factor != 1) gradients[index].mul_(factor);
  }
  return gradients;
}

struct DistanceCorrelation : torch::autograd::Function<DistanceCorrelation> {
  static at::Tensor forward(AutogradContext* context, at::Tensor x, at::Tensor y, bool unbiased) {
    const auto kind = estimator(unbiased);
    const bool wants_x = x.requires_grad(), wants_y = y.requires_grad();
    const mvt::Side a = mvt::side_of(x, 1, kind, wants_x), b = mvt::side_of(y, 1, kind, wants_y);
    at::Tensor slope_a, slope_b;
    if (wants_x) slope_a = at::zeros_like(a.centered);
    if (wants_y) slope_b = at::zeros_like(b.centered);
    const double value = mvt::distance_correlation(a, b, kind, 1, wants_x ? slope_a.data_ptr<float>() : nullptr,
                                                   wants_y ? slope_b.data_ptr<float>() : nullptr);
    keep(context, {wants_x ? mvt::rows_gradient(a, slope_a) : at::Tensor(),
                   wants_y ? mvt::rows_gradient(b, slope_b) : at::Tensor()});
    return at::full({}, value, x.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) { return give(context, outer, 3); }
};

/// What the loss needs beside the embeddings, and where its terms go.
struct Terms {
  const MVTLossSettings& settings;
  MVTDistances* const* representations;
  const double* weights;
  int64_t count;
  double* values;
  double* total;
};

/// The terms of the representations and one view: writes one value each, adds to the total and to the view's slope.
void add_representations(const Terms& terms, const mvt::Side& view, at::Tensor& slope, double* values) {
  const double sign = terms.settings.released_sign ? 1 : -1;
  for (int64_t index = 0; index < terms.count; ++index) {
    const double weight = terms.weights[index];
    const double value =
        mvt::distance_correlation(view, terms.representations[index]->side, estimator(terms.settings.unbiased),
                                  sign * weight, slope.data_ptr<float>(), nullptr);
    values[index] = terms.settings.released_sign ? value : 1 - value;
    *terms.total += weight * values[index];
  }
}

/// The dependence of one view's embedding on the representations.
struct Dependence : torch::autograd::Function<Dependence> {
  static at::Tensor forward(AutogradContext* context, at::Tensor z, const Terms* terms) {
    const mvt::Side view = mvt::side_of(z, terms->settings.embedding_scale, estimator(terms->settings.unbiased), true);
    at::Tensor slope = at::zeros_like(view.centered);
    *terms->total = 0;
    add_representations(*terms, view, slope, terms->values);
    keep(context, {mvt::rows_gradient(view, slope)});
    return at::full({}, *terms->total, z.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) { return give(context, outer, 2); }
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
    at::Tensor slope0 = at::zeros_like(a0.centered), slope = at::zeros_like(a.centered);
    const double views = 1 - mvt::distance_correlation(a0, a, kind, -settings.weight_views, slope0.data_ptr<float>(),
                                                       slope.data_ptr<float>());
    double& total = *terms->total;
    total = settings.weight_mse * mse + settings.weight_std * spread + settings.weight_views * views;
    terms->values[0] = mse;
    terms->values[1] = spread;
    terms->values[2] = views;
    add_representations(*terms, a, slope, terms->values + 3);
    if (settings.both_views) add_representations(*terms, a0, slope0, terms->values + 3 + terms->count);
    // Every term's pull on the distances of z is gathered first, so that there is one product instead of one per term.
    gradient.add_(mvt::rows_gradient(a, slope));
    gradient0.add_(mvt::rows_gradient(a0, slope0));
    keep(context, {gradient0, gradient});
    return at::full({}, total, z.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) { return give(context, outer, 3); }
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
                       double* total, MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(z0->value.dim() == 2 && z0->value.sizes() == z->value.sizes(),
                "the views' embeddings differ in shape: ", z0->value.sizes(), " and ", z->value.sizes());
    const Terms all{*settings, representations, weights, count, terms, total};
    *result = new MVTTensor(
        MultiViewLoss::apply(z0->value.to(at::kFloat).contiguous(), z->value.to(at::kFloat).contiguous(), &all));
  });
}

GuardedStatus mvt_dependence(const MVTTensor* z, const MVTLossSettings* settings, MVTDistances* const* representations,
                             const double* weights, int64_t count, double* terms, double* total, MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(z->value.dim() == 2, "an embedding is not rows: ", z->value.sizes());
    const Terms all{*settings, representations, weights, count, terms, total};
    *result = new MVTTensor(Dependence::apply(z->value.to(at::kFloat).contiguous(), &all));
  });
}

GuardedStatus mvt_cross_entropy(const MVTTensor* scores, const int64_t* classes, MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(scores->value.dim() == 2, "scores are not rows: ", scores->value.sizes());
    const at::Tensor labels = at::from_blob(const_cast<int64_t*>(classes), {scores->value.size(0)}, at::kLong)
                                  .to(scores->value.device(), at::kLong, false, true);
    *result = new MVTTensor(
        at::cross_entropy_loss(scores->value.to(at::kFloat), labels, at::Tensor(), at::Reduction::Mean, -1));
  });
}
