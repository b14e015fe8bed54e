// Transforms of lines of complex vectors: each lane is a line of its own, so no transform ever moves a value between
// lanes.
#if defined(MVK_FOURIER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_FOURIER_INL_H
#undef MVK_FOURIER_INL_H
#else
#define MVK_FOURIER_INL_H
#endif

#include <type_traits>

#include "FourierPrimes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

template <bool kForward, typename Out>
HWY_INLINE void Butterfly2(const float* from, size_t step, Out results) {
  const Complex a = LoadComplex(from), b = LoadComplex(from + step);
  results(0, a + b);
  results(1, a - b);
}

template <bool kForward, typename Out>
HWY_INLINE void Butterfly3(const float* from, size_t step, Out results) {
  const Vec half = hn::Set(Tag(), 0.5f), sine = hn::Set(Tag(), 0.866025403784438647f);
  const Complex x = LoadComplex(from), b = LoadComplex(from + step), c = LoadComplex(from + 2 * step);
  const Complex sum = b + c, turned = Scaled(sine, b - c), middle = SubScaled(x, half, sum);
  results(0, x + sum);
  results(1, Ahead<kForward>(middle, turned));
  results(2, Behind<kForward>(middle, turned));
}

template <bool kForward, typename Out>
HWY_INLINE void Butterfly4(const float* from, size_t step, Out results) {
  const Complex a = LoadComplex(from), b = LoadComplex(from + step);
  const Complex c = LoadComplex(from + 2 * step), d = LoadComplex(from + 3 * step);
  const Complex even = a + c, odd = b + d, rest = a - c, cross = b - d;
  results(0, even + odd);
  results(1, Ahead<kForward>(rest, cross));
  results(2, even - odd);
  results(3, Behind<kForward>(rest, cross));
}

template <bool kForward, typename Out>
HWY_INLINE void Butterfly5(const float* from, size_t step, Out results) {
  const Tag d;
  const Vec c1 = hn::Set(d, 0.309016994374947424f), c2 = hn::Set(d, -0.809016994374947424f);
  const Vec s1 = hn::Set(d, 0.951056516295153572f), s2 = hn::Set(d, 0.587785252292473129f);
  const Complex x = LoadComplex(from);
  const Complex p = LoadComplex(from + step), s = LoadComplex(from + 4 * step);
  const Complex q = LoadComplex(from + 2 * step), r = LoadComplex(from + 3 * step);
  const Complex outer = p + s, inner = q + r, outerCross = p - s, innerCross = q - r;
  results(0, x + outer + inner);
  const Complex one = AddScaled(AddScaled(x, c1, outer), c2, inner);
  const Complex two = AddScaled(AddScaled(x, c2, outer), c1, inner);
  const Complex oneCross = AddScaled(Scaled(s1, outerCross), s2, innerCross);
  const Complex twoCross = SubScaled(Scaled(s2, outerCross), s1, innerCross);
  results(1, Ahead<kForward>(one, oneCross));
  results(4, Behind<kForward>(one, oneCross));
  results(2, Ahead<kForward>(two, twoCross));
  results(3, Behind<kForward>(two, twoCross));
}

template <bool kForward, typename Out>
HWY_INLINE void Butterfly8(const float* from, size_t step, Out results) {
  const Vec root = hn::Set(Tag(), 0.707106781186547524f), zero = hn::Zero(Tag());
  const Complex none{zero, zero};
  const Complex x1 = LoadComplex(from + step), x5 = LoadComplex(from + 5 * step);
  const Complex x3 = LoadComplex(from + 3 * step), x7 = LoadComplex(from + 7 * step);
  const Complex sum15 = x1 + x5, sum37 = x3 + x7, rest15 = x1 - x5, rest37 = x3 - x7;
  const Complex odd0 = sum15 + sum37, odd2 = sum15 - sum37;
  const Complex turned1 = Ahead<kForward>(rest15, rest37), turned3 = Behind<kForward>(rest15, rest37);
  // Times the eighth root of one and its cube: (1 + i)/sqrt 2 and (-1 + i)/sqrt 2, each in the transform's direction.
  const Complex odd1 = Scaled(root, Ahead<kForward>(turned1, turned1));
  const Complex odd3 = Scaled(root, Ahead<kForward>(none - turned3, turned3));
  const Complex x0 = LoadComplex(from), x4 = LoadComplex(from + 4 * step);
  const Complex x2 = LoadComplex(from + 2 * step), x6 = LoadComplex(from + 6 * step);
  const Complex sum04 = x0 + x4, sum26 = x2 + x6, rest04 = x0 - x4, rest26 = x2 - x6;
  const Complex even0 = sum04 + sum26, even2 = sum04 - sum26;
  const Complex even1 = Ahead<kForward>(rest04, rest26), even3 = Behind<kForward>(rest04, rest26);
  results(0, even0 + odd0);
  results(4, even0 - odd0);
  results(2, Ahead<kForward>(even2, odd2));
  results(6, Behind<kForward>(even2, odd2));
  results(1, even1 + odd1);
  results(5, even1 - odd1);
  results(3, even3 + odd3);
  results(7, even3 - odd3);
}

// Every butterfly of a pass. Plain: where results without a factor go.
template <typename Plain, typename Butterfly>
HWY_INLINE void ForEach(const FourierStage& stage, const float* from, float* to, const Butterfly& butterfly) {
  const size_t step = stage.stride * kComplex, block = step * stage.groups * stage.radix;
  for (size_t outer = 0; outer < stage.outer; ++outer, from += block, to += block) {
    for (size_t q = 0; q < step; q += kComplex) butterfly(from + q, Plain{to + q, step});
    if constexpr (!std::is_same_v<Plain, Results>) continue;  // the last pass of all, which has no factors
    for (size_t group = 1; group < stage.groups; ++group) {
      const float* twiddles = stage.twiddles.data() + group * (stage.radix - 1) * 2;
      const size_t in = group * step, out = group * stage.radix * step;
      for (size_t q = 0; q < step; q += kComplex)
        butterfly(from + in + q, TwiddledResults{to + out + q, step, twiddles});
    }
  }
}

template <bool kForward, typename Plain>
HWY_INLINE void ApplyStage(const FourierStage& stage, const float* from, float* to, float* pairs) {
  const size_t step = stage.stride * stage.groups * kComplex;
  switch (stage.radix) {
    case 2:
      return ForEach<Plain>(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly2<kForward>(x, step, r); });
    case 3:
      return ForEach<Plain>(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly3<kForward>(x, step, r); });
    case 4:
      return ForEach<Plain>(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly4<kForward>(x, step, r); });
    case 5:
      return ForEach<Plain>(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly5<kForward>(x, step, r); });
    case 8:
      return ForEach<Plain>(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly8<kForward>(x, step, r); });
    case 13:
      return ForEach<Plain>(stage, from, to,
                            [&](auto x, auto r) HWY_ATTR { ButterflyQuarters<3>(stage, x, step, pairs, r); });
    case 29:
      return ForEach<Plain>(stage, from, to,
                            [&](auto x, auto r) HWY_ATTR { ButterflyQuarters<7>(stage, x, step, pairs, r); });
    default:
      if (stage.radix % 4 == 1)
        return ForEach<Plain>(stage, from, to,
                              [&](auto x, auto r) HWY_ATTR { ButterflyQuarters<0>(stage, x, step, pairs, r); });
      return ForEach<Plain>(stage, from, to,
                            [&](auto x, auto r) HWY_ATTR { ButterflyPrime(stage, x, step, pairs, r); });
  }
}

// Transforms `line`, which is spent, into `result`, or into moduli there; `spare` is a third line, `pairs` holds five
// vectors a pair of samples.
template <bool kForward, typename Last = Results>
HWY_NOINLINE void Transform(const FourierPlan& plan, float* line, float* spare, float* result, float* pairs) {
  float* from = line;
  const std::vector<FourierStage>& stages = plan.stages[kForward];
  if (stages.empty()) return Last{result, 0}(0, LoadComplex(line));  // one value is its own transform
  for (size_t index = 0; index + 1 < stages.size(); ++index) {
    // A pass over a whole prime power writes where it reads, so it may stay in place.
    float* to = stages[index].groups == 1 ? from : from == line ? spare : line;
    ApplyStage<kForward, Results>(stages[index], from, to, pairs);
    from = to;
  }
  ApplyStage<kForward, Last>(stages.back(), from, result, pairs);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
