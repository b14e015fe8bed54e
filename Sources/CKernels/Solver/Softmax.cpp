#include <math.h>

#include "CKernelsSoftmax.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Solver/Softmax.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "hwy/contrib/math/math-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Samples lie side by side, so every lane is a sample and no sum crosses lanes.
double SoftmaxGradient(float* logits, size_t stride, size_t rows, size_t classes, const float* bias,
                       const int32_t* labels, const float* weights) {
  const hn::ScalableTag<float> full;
  double loss = 0;
  size_t i = 0;
  const auto run = [&](auto d) {
    const size_t lanes = hn::Lanes(d);
    HWY_ALIGN float largest[HWY_MAX_BYTES / 4], others[HWY_MAX_BYTES / 4], chosen[HWY_MAX_BYTES / 4];
    const auto one = hn::Set(d, 1.0f);
    for (; i + lanes <= rows; i += lanes) {
      float* column = logits + i;
      auto top = hn::Set(d, -HUGE_VALF);
      for (size_t c = 0; c < classes; ++c) {
        const auto value = hn::Add(hn::LoadU(d, column + c * stride), hn::Set(d, bias[c]));
        hn::StoreU(value, d, column + c * stride);
        top = hn::Max(top, value);
      }
      for (size_t lane = 0; lane < lanes; ++lane) chosen[lane] = column[labels[i + lane] * stride + lane];
      // The largest term is 1. What the others add to it is summed without it, for where samples are far on their side
      // of the boundary it is all there is of the loss and of the gradient, and 1 would swallow most of its digits.
      auto rest = hn::Zero(d), tied = hn::Zero(d);
      for (size_t c = 0; c < classes; ++c) {
        const auto value = hn::LoadU(d, column + c * stride);
        const auto power = hn::Exp(d, hn::Sub(value, top));
        const auto below = hn::Lt(value, top);
        hn::StoreU(power, d, column + c * stride);
        rest = hn::Add(rest, hn::IfThenElseZero(below, power));
        tied = hn::Add(tied, hn::IfThenZeroElse(below, one));
      }
      rest = hn::Add(rest, hn::Sub(tied, one));
      const auto scale = hn::Div(weights ? hn::LoadU(d, weights + i) : one, hn::Add(rest, one));
      for (size_t c = 0; c < classes; ++c) {
        hn::StoreU(hn::Mul(hn::LoadU(d, column + c * stride), scale), d, column + c * stride);
      }
      hn::StoreU(top, d, largest);
      hn::StoreU(rest, d, others);
      for (size_t lane = 0; lane < lanes; ++lane) {
        const float weight = weights ? weights[i + lane] : 1.0f;
        float* own = column + labels[i + lane] * stride + lane;
        *own = chosen[lane] == largest[lane] ? -weight * (others[lane] / (1.0f + others[lane])) : *own - weight;
        loss +=
            weight * (log1p(static_cast<double>(others[lane])) + (static_cast<double>(largest[lane]) - chosen[lane]));
      }
    }
  };
  run(full);
  run(hn::CappedTag<float, 1>());
  return loss;
}

double Sum(const float* values, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  auto a = hn::Zero(d), b = a;
  size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    a = hn::Add(a, hn::PromoteTo(d, hn::LoadU(half, values + i)));
    b = hn::Add(b, hn::PromoteTo(d, hn::LoadU(half, values + i + lanes)));
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
  for (; i < count; ++i) total += values[i];
  return total;
}

void Accumulate(const float* source, double* target, size_t count) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, target + i), hn::PromoteTo(d, hn::LoadU(half, source + i))), d, target + i);
  }
  for (; i < count; ++i) target[i] += source[i];
}

void Standardise(float* values, size_t rows, size_t columns, const float* center, const float* scale) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  for (size_t row = 0; row < rows; ++row, values += columns) {
    size_t c = 0;
    for (; c + lanes <= columns; c += lanes) {
      const auto gap = hn::Sub(hn::LoadU(d, values + c), hn::LoadU(d, center + c));
      hn::StoreU(hn::Mul(gap, hn::LoadU(d, scale + c)), d, values + c);
    }
    for (; c < columns; ++c) values[c] = (values[c] - center[c]) * scale[c];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(SoftmaxGradient);
HWY_EXPORT(Sum);
HWY_EXPORT(Accumulate);
HWY_EXPORT(Standardise);
}  // namespace mvk

double mvk_softmax_gradient(float* logits, size_t stride, size_t rows, size_t classes, const float* bias,
                            const int32_t* labels, const float* weights) {
  return HWY_DYNAMIC_DISPATCH(mvk::SoftmaxGradient)(logits, stride, rows, classes, bias, labels, weights);
}
double mvk_sum(const float* values, size_t count) { return HWY_DYNAMIC_DISPATCH(mvk::Sum)(values, count); }
void mvk_accumulate(const float* source, double* target, size_t count) {
  HWY_DYNAMIC_DISPATCH(mvk::Accumulate)(source, target, count);
}
void mvk_standardize(float* values, size_t rows, size_t columns, const float* center, const float* scale) {
  HWY_DYNAMIC_DISPATCH(mvk::Standardise)(values, rows, columns, center, scale);
}
#endif
