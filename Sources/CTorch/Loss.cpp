#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "Device/Device.h"
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
  const bool is_here = mvt::by_loops(outer[0]);
  // Elsewhere it is not waited for.
  const double factor = is_here ? outer[0].item<double>() : 1;
  variable_list gradients(inputs);
  for (size_t index = 0; index < context->saved_data.size(); ++index) {
    c10::IValue& kept = context->saved_data[std::to_string(index)];
    TORCH_CHECK(kept.isTensor(), "the gradients of this loss were used already");
    gradients[index] = std::move(kept).toTensor();
    kept = c10::IValue(0);
    if (gradients[index].defined() && factor != 1) gradients[index].mul_(factor);
    if (gradients[index].defined() && !is_here) gradients[index].mul_(outer[0]);
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
    const at::Tensor value = mvt::distance_correlation(a, b, kind, 1, slope_a, slope_b);
    keep(context, {wants_x ? mvt::rows_gradient(a, slope_a) : at::Tensor(),
                   wants_y ? mvt::rows_gradient(b, slope_b) : at::Tensor()});
    return value.to(x.scalar_type());
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
  /// The ranks that share the distances; null for this process alone.
  MVTGroup* group;
};

/// Adds the gradient by distances to that by the rows that are the side's own: the other ranks add to theirs.
void add_gradient(const mvt::Side& side, const at::Tensor& slope, at::Tensor& gradient) {
  gradient.narrow(0, side.own.first, side.own.count).add_(mvt::rows_gradient(side, slope));
}

/// One less a value where that is wanted.
at::Tensor term_of(const at::Tensor& value, bool released_sign) { return released_sign ? value : 1 - value; }

/// Appends the terms of the representations and one view, one value each, and adds to the view's slope.
void add_representations(const Terms& terms, const mvt::Side& view, const at::Tensor& slope,
                         std::vector<at::Tensor>& values) {
  const double sign = terms.settings.released_sign ? 1 : -1;
  for (int64_t index = 0; index < terms.count; ++index) {
    const at::Tensor value =
        mvt::distance_correlation(view, terms.representations[index]->side, estimator(terms.settings.unbiased),
                                  sign * terms.weights[index], slope, at::Tensor());
    values.push_back(term_of(value, terms.settings.released_sign));
  }
}

/// Writes values of float64 to memory; they come over together, and the device is waited for once.
void read(const std::vector<at::Tensor>& values, double* target) {
  if (values.empty()) return;
  const at::Tensor all = at::stack(values).to(at::kCPU);
  std::copy_n(all.data_ptr<double>(), values.size(), target);
}

/// Adds the weighted terms of one view's representations.
void add_up(const Terms& terms, const double* values) {
  for (int64_t index = 0; index < terms.count; ++index) *terms.total += terms.weights[index] * values[index];
}

/// The dependence of one view's embedding on the representations.
struct Dependence : torch::autograd::Function<Dependence> {
  static at::Tensor forward(AutogradContext* context, at::Tensor z, const Terms* terms) {
    const mvt::Side view =
        mvt::side_of(z, terms->settings.embedding_scale, estimator(terms->settings.unbiased), true, terms->group);
    const at::Tensor slope = at::zeros_like(view.centered);
    std::vector<at::Tensor> values;
    add_representations(*terms, view, slope, values);
    at::Tensor gradient = at::zeros_like(z);
    add_gradient(view, slope, gradient);
    keep(context, {gradient});
    read(values, terms->values);
    *terms->total = 0;
    add_up(*terms, terms->values);
    return at::full({}, *terms->total, z.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) { return give(context, outer, 2); }
};

/// The hinge on the deviation of each column, mean of max(0, margin - std_j); adds weight times its gradient.
at::Tensor hinge(const at::Tensor& z, double margin, double weight, at::Tensor& gradient) {
  const auto moments = at::var_mean(z, at::IntArrayRef({0}), true, true);
  const at::Tensor deviation = std::get<0>(moments).sqrt();
  const at::Tensor short_of = (margin - deviation).clamp_min(0);
  const double columns = static_cast<double>(z.size(1)), rows = static_cast<double>(z.size(0));
  // d std_j / d z_ij = (z_ij - mean_j) / ((n - 1) std_j); a column that does not vary has no direction to grow in.
  at::Tensor factor = at::where((short_of > 0).logical_and(deviation > 0), -weight / (columns * (rows - 1)) / deviation,
                                at::zeros_like(deviation));
  gradient.add_((z - std::get<1>(moments)).mul_(factor));
  return short_of.mean().to(at::kDouble);
}

struct MultiViewLoss : torch::autograd::Function<MultiViewLoss> {
  static at::Tensor forward(AutogradContext* context, at::Tensor z0, at::Tensor z, const Terms* terms) {
    const MVTLossSettings& settings = terms->settings;
    const auto kind = estimator(settings.unbiased);
    const at::Tensor difference = z - z0;
    const at::Tensor mse = difference.square().mean().to(at::kDouble);
    at::Tensor gradient = difference * (2 * settings.weight_mse / static_cast<double>(z.numel()));
    at::Tensor gradient0 = -gradient;
    const at::Tensor spread = hinge(z, settings.margin, settings.weight_std, gradient) +
                              hinge(z0, settings.margin, settings.weight_std, gradient0);

    const mvt::Side a0 = mvt::side_of(z0, settings.embedding_scale, kind, true, terms->group);
    const mvt::Side a = mvt::side_of(z, settings.embedding_scale, kind, true, terms->group);
    const at::Tensor slope0 = at::zeros_like(a0.centered), slope = at::zeros_like(a.centered);
    const at::Tensor views = mvt::distance_correlation(a0, a, kind, -settings.weight_views, slope0, slope);
    std::vector<at::Tensor> values = {mse, spread, 1 - views};
    add_representations(*terms, a, slope, values);
    if (settings.both_views) add_representations(*terms, a0, slope0, values);
    // Every term's pull on the distances of z is gathered first, so that there is one product instead of one per term.
    add_gradient(a, slope, gradient);
    add_gradient(a0, slope0, gradient0);
    keep(context, {gradient0, gradient});
    const double* found = terms->values;
    read(values, terms->values);
    double& total = *terms->total;
    total = settings.weight_mse * found[0] + settings.weight_std * found[1] + settings.weight_views * found[2];
    add_up(*terms, found + 3);
    if (settings.both_views) add_up(*terms, found + 3 + terms->count);
    return at::full({}, total, z.options());
  }

  static variable_list backward(AutogradContext* context, variable_list outer) { return give(context, outer, 3); }
};

}  // namespace

void mvt_distances_free(MVTDistances* distances) { delete distances; }

GuardedStatus mvt_distances_of_rows(const float* values, int64_t rows, int64_t columns, double scale, bool unbiased,
                                    MVTGroup* group, MVTDistances** result) {
  return mvt::run([&] {
    const at::Tensor view = at::from_blob(const_cast<float*>(values), {rows, columns}, at::kFloat);
    *result = new MVTDistances(mvt::side_of(mvt::sent(view), scale, estimator(unbiased), false, group));
  });
}

GuardedStatus mvt_distances_of_tensor(const MVTTensor* tensor, double scale, bool unbiased, MVTGroup* group,
                                      MVTDistances** result) {
  return mvt::run([&] {
    const at::Tensor rows = tensor->value.detach().to(at::kFloat).flatten(1).contiguous();
    *result = new MVTDistances(mvt::side_of(rows, scale, estimator(unbiased), false, group));
  });
}

GuardedStatus mvt_distance_correlation(const MVTTensor* x, const MVTTensor* y, bool unbiased, MVTTensor** result) {
  return mvt::run([&] {
    *result = new MVTTensor(DistanceCorrelation::apply(x->value.flatten(1).to(at::kFloat).contiguous(),
                                                       y->value.flatten(1).to(at::kFloat).contiguous(), unbiased));
  });
}

GuardedStatus mvt_loss(const MVTTensor* z0, const MVTTensor* z, const MVTLossSettings* settings,
                       MVTDistances* const* representations, const double* weights, int64_t count, MVTGroup* group,
                       double* terms, double* total, MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(z0->value.dim() == 2 && z0->value.sizes() == z->value.sizes(),
                "the views' embeddings differ in shape: ", z0->value.sizes(), " and ", z->value.sizes());
    const Terms all{*settings, representations, weights, count, terms, total, group};
    *result = new MVTTensor(
        MultiViewLoss::apply(z0->value.to(at::kFloat).contiguous(), z->value.to(at::kFloat).contiguous(), &all));
  });
}

GuardedStatus mvt_dependence(const MVTTensor* z, const MVTLossSettings* settings, MVTDistances* const* representations,
                             const double* weights, int64_t count, MVTGroup* group, double* terms, double* total,
                             MVTTensor** result) {
  return mvt::run([&] {
    TORCH_CHECK(z->value.dim() == 2, "an embedding is not rows: ", z->value.sizes());
    const Terms all{*settings, representations, weights, count, terms, total, group};
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
