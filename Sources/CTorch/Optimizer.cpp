
#include <cmath>
#include <vector>

#include "Device/Device.h"
#include "Handles.h"
#include "Parallel.h"

namespace {

constexpr int64_t grain = 32768;

/// The gradient of a parameter, in the parameter's own memory layout; undefined where there is none.
at::Tensor matching_gradient(const at::Tensor& parameter) {
  const at::Tensor& gradient = parameter.grad();
  if (!gradient.defined()) return gradient;
  if (gradient.strides() == parameter.strides() && gradient.scalar_type() == at::kFloat) return gradient;
  return at::empty_like(parameter.detach()).copy_(gradient);
}

/// What LARS multiplies one parameter's gradient by; the decay belongs to the gradient.
double trust_ratio(const at::Tensor& parameter, const at::Tensor& gradient, double trust, double decay) {
  const double weights = parameter.detach().norm().item<double>(), slope = gradient.norm().item<double>();
  return weights == 0 || slope == 0 ? 0 : trust * weights / (slope + decay * weights + 1e-8);
}

void check_layout(const at::Tensor& parameter, const at::Tensor& state) {
  TORCH_CHECK(parameter.scalar_type() == at::kFloat && parameter.is_non_overlapping_and_dense(),
              "parameters are dense float32");
  TORCH_CHECK(state.sizes() == parameter.sizes() && state.strides() == parameter.strides(),
              "optimiser state of another shape");
}

/// The same arithmetic as the loop over memory below, in libtorch's own operations: for devices whose memory is not
/// ours.
void adam_on_device(const at::Tensor& parameter, const at::Tensor& gradient, at::Tensor first, at::Tensor second,
                    const MVTAdam& settings, double pace, double root) {
  const at::Tensor weights = parameter.detach();
  const at::Tensor slope = settings.decoupled ? gradient : gradient.add(weights, settings.weight_decay);
  first.mul_(settings.beta1).add_(slope, 1 - settings.beta1);
  second.mul_(settings.beta2).addcmul_(slope, slope, 1 - settings.beta2);
  if (settings.decoupled) weights.mul_(1 - settings.learning_rate * settings.weight_decay);
  weights.addcdiv_(first, second.sqrt().mul_(root).add_(settings.epsilon), -pace);
}

}  // namespace

GuardedStatus mvt_adam_step(const MVTAdam* settings, MVTTensor* const* parameters, MVTTensor* const* first_moments,
                            MVTTensor* const* second_moments, int64_t count) {
  return mvt::run([&] {
    const auto beta1 = static_cast<float>(settings->beta1), beta2 = static_cast<float>(settings->beta2);
    const auto rest1 = static_cast<float>(1 - settings->beta1), rest2 = static_cast<float>(1 - settings->beta2);
    const double correction1 = 1 - std::pow(settings->beta1, static_cast<double>(settings->step));
    const double correction2 = 1 - std::pow(settings->beta2, static_cast<double>(settings->step));
    const auto pace = static_cast<float>(settings->learning_rate / correction1);
    const auto root = static_cast<float>(1 / std::sqrt(correction2));
    const auto epsilon = static_cast<float>(settings->epsilon);
    const auto decay = static_cast<float>(settings->decoupled ? 0 : settings->weight_decay);
    const auto keep =
        static_cast<float>(settings->decoupled ? 1 - settings->learning_rate * settings->weight_decay : 1);
    for (int64_t index = 0; index < count; ++index) {
      const at::Tensor& parameter = parameters[index]->value;
      const at::Tensor gradient = matching_gradient(parameter);
      if (!gradient.defined()) continue;
      check_layout(parameter, first_moments[index]->value);
      check_layout(parameter, second_moments[index]->value);
      if (!mvt::by_loops(parameter)) {
        adam_on_device(parameter, gradient, first_moments[index]->value, second_moments[index]->value, *settings,
                       settings->learning_rate / correction1, 1 / std::sqrt(correction2));
        continue;
      }
      float* p = parameter.data_ptr<float>();
      const float* g = gradient.data_ptr<float>();
      float* m = first_moments[index]->value.data_ptr<float>();
      float* v = second_moments[index]->value.data_ptr<float>();
      // One pass over memory: parameter, gradient and both moments are read once and written once.
      mvt::parallel_for(0, parameter.numel(), grain, [=](int64_t begin, int64_t end) {
#pragma clang loop vectorize(enable) interleave(enable)
        for (int64_t i = begin; i < end; ++i) {
          const float slope = g[i] + decay * p[i];
          m[i] = beta1 * m[i] + rest1 * slope;
          v[i] = beta2 * v[i] + rest2 * slope * slope;
          // Not std::sqrt, whose errno would keep the loop from being vectorised.
          p[i] = keep * p[i] - pace * m[i] / (__builtin_elementwise_sqrt(v[i]) * root + epsilon);
        }
      });
    }
  });
}

GuardedStatus mvt_sgd_step(const MVTSGD* settings, MVTTensor* const* parameters, MVTTensor* const* velocities,
                           int64_t count) {
  return mvt::run([&] {
    const auto pace = static_cast<float>(settings->learning_rate);
    const auto momentum = static_cast<float>(settings->step == 1 ? 0 : settings->momentum);
    // What the step takes of the gradient itself, and of the velocity.
    const float direct = settings->nesterov ? 1 : 0;
    const auto along = static_cast<float>(settings->nesterov ? settings->momentum : 1);
    for (int64_t index = 0; index < count; ++index) {
      const at::Tensor& parameter = parameters[index]->value;
      const at::Tensor gradient = matching_gradient(parameter);
      if (!gradient.defined()) continue;
      check_layout(parameter, velocities[index]->value);
      const double ratio =
          settings->trust > 0 ? trust_ratio(parameter, gradient, settings->trust, settings->weight_decay) : 1;
      const auto adapt = static_cast<float>(ratio > 0 ? ratio : 1);
      const auto decay = static_cast<float>(ratio > 0 ? settings->weight_decay : 0);
      if (!mvt::by_loops(parameter)) {
        const at::Tensor weights = parameter.detach();
        const at::Tensor slope = gradient.add(weights, decay).mul_(adapt);
        velocities[index]->value.mul_(momentum).add_(slope);
        if (settings->nesterov) weights.sub_(slope, pace);
        weights.sub_(velocities[index]->value, pace * along);
        continue;
      }
      float* p = parameter.data_ptr<float>();
      const float* g = gradient.data_ptr<float>();
      float* v = velocities[index]->value.data_ptr<float>();
      mvt::parallel_for(0, parameter.numel(), grain, [=](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          const float slope = adapt * (g[i] + decay * p[i]);
          v[i] = momentum * v[i] + slope;
          p[i] -= pace * (direct * slope + along * v[i]);
        }
      });
    }
  });
}

GuardedStatus mvt_move_averages(MVTTensor* const* averages, MVTTensor* const* tensors, int64_t count, double share) {
  return mvt::run([&] {
    for (int64_t index = 0; index < count; ++index) {
      at::Tensor average = averages[index]->value.detach();
      check_layout(averages[index]->value, tensors[index]->value);
      average.lerp_(tensors[index]->value.detach(), share);
    }
  });
}

GuardedStatus mvt_scale_gradients(MVTTensor* const* parameters, int64_t count, double factor) {
  return mvt::run([&] {
    for (int64_t index = 0; index < count; ++index) {
      const at::Tensor& gradient = parameters[index]->value.grad();
      if (gradient.defined()) gradient.detach().mul_(factor);
    }
  });
}

GuardedStatus mvt_gradient_norm(MVTTensor* const* parameters, int64_t count, double* norm) {
  return mvt::run([&] {
    std::vector<at::Tensor> parts;
    for (int64_t index = 0; index < count; ++index) {
      const at::Tensor& gradient = parameters[index]->value.grad();
      if (gradient.defined()) parts.push_back(gradient.detach().norm().to(at::kDouble));
    }
    // They come over together: a device is waited for once.
    const at::Tensor all = parts.empty() ? at::zeros({0}, at::kDouble) : at::stack(parts).to(at::kCPU);
    const double* values = all.data_ptr<double>();
    double sum = 0;
    for (int64_t index = 0; index < all.numel(); ++index) sum += values[index] * values[index];
    *norm = std::sqrt(sum);
  });
}
