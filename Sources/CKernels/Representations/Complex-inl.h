// Vectors of complex numbers, each lane of a line of its own, and where the results of butterflies go.
//
// A line holds, for each position, a vector of real parts and then one of imaginary parts.
#if defined(MVK_COMPLEX_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_COMPLEX_INL_H
#undef MVK_COMPLEX_INL_H
#else
#define MVK_COMPLEX_INL_H
#endif

#include <stddef.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Eight lanes suit 32 bytes of cache line pairs and the sizes of images; more would stand idle.
using Tag = hn::CappedTag<float, 8>;
using Vec = hn::Vec<Tag>;
constexpr size_t kLanes = hn::MaxLanes(Tag());
constexpr size_t kComplex = 2 * kLanes;

struct Complex {
  Vec re, im;
};

HWY_INLINE Complex LoadComplex(const float* from) { return {hn::Load(Tag(), from), hn::Load(Tag(), from + kLanes)}; }
HWY_INLINE void StoreComplex(Complex value, float* to) {
  hn::Store(value.re, Tag(), to);
  hn::Store(value.im, Tag(), to + kLanes);
}
HWY_INLINE Complex operator+(Complex a, Complex b) { return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)}; }
HWY_INLINE Complex operator-(Complex a, Complex b) { return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)}; }
// a + k b and a - k b for a real k.
HWY_INLINE Complex AddScaled(Complex a, Vec k, Complex b) {
  return {hn::MulAdd(k, b.re, a.re), hn::MulAdd(k, b.im, a.im)};
}
HWY_INLINE Complex SubScaled(Complex a, Vec k, Complex b) {
  return {hn::NegMulAdd(k, b.re, a.re), hn::NegMulAdd(k, b.im, a.im)};
}
HWY_INLINE Complex Scaled(Vec k, Complex a) { return {hn::Mul(k, a.re), hn::Mul(k, a.im)}; }
// a + i b and a - i b.
HWY_INLINE Complex AddTurned(Complex a, Complex b) { return {hn::Sub(a.re, b.im), hn::Add(a.im, b.re)}; }
HWY_INLINE Complex SubTurned(Complex a, Complex b) { return {hn::Add(a.re, b.im), hn::Sub(a.im, b.re)}; }
template <bool kForward>
HWY_INLINE Complex Ahead(Complex a, Complex b) {  // a + b turned by a quarter in the transform's direction
  if constexpr (kForward) return SubTurned(a, b);
  return AddTurned(a, b);
}
template <bool kForward>
HWY_INLINE Complex Behind(Complex a, Complex b) {
  if constexpr (kForward) return AddTurned(a, b);
  return SubTurned(a, b);
}
HWY_INLINE Complex Multiply(Complex a, const float* factor) {
  const Vec re = hn::Set(Tag(), factor[0]), im = hn::Set(Tag(), factor[1]);
  return {hn::NegMulAdd(a.im, im, hn::Mul(a.re, re)), hn::MulAdd(a.im, re, hn::Mul(a.re, im))};
}

// Complex vectors for sums and real factors alone: both parts in one vector, where there are vectors of twice the size,
// which takes half the instructions.
#if HWY_TARGET <= HWY_AVX3
using JoinedTag = hn::FixedTag<float, kComplex>;
struct Joined {
  hn::Vec<JoinedTag> parts;
};
HWY_INLINE Joined LoadJoined(const float* from) { return {hn::Load(JoinedTag(), from)}; }
HWY_INLINE void StoreComplex(Joined value, float* to) { hn::Store(value.parts, JoinedTag(), to); }
HWY_INLINE Joined JoinedZero() { return {hn::Zero(JoinedTag())}; }
HWY_INLINE Joined operator+(Joined a, Joined b) { return {hn::Add(a.parts, b.parts)}; }
HWY_INLINE Joined operator-(Joined a, Joined b) { return {hn::Sub(a.parts, b.parts)}; }
HWY_INLINE Joined AddScaled(Joined a, float k, Joined b) {
  return {hn::MulAdd(hn::Set(JoinedTag(), k), b.parts, a.parts)};
}
HWY_INLINE Joined TurnedDifference(Joined a, Joined b) {
  const JoinedTag d;
  const auto re = hn::Sub(a.parts, b.parts), im = hn::Sub(b.parts, a.parts);
  return {hn::ConcatLowerUpper(d, re, im)};
}
HWY_INLINE Complex Parted(Joined value) {
  return {hn::LowerHalf(Tag(), value.parts), hn::UpperHalf(Tag(), value.parts)};
}
#else
using Joined = Complex;
HWY_INLINE Joined LoadJoined(const float* from) { return LoadComplex(from); }
HWY_INLINE Joined JoinedZero() { return {hn::Zero(Tag()), hn::Zero(Tag())}; }
HWY_INLINE Joined AddScaled(Joined a, float k, Joined b) { return AddScaled(a, hn::Set(Tag(), k), b); }
// i (a - b).
HWY_INLINE Joined TurnedDifference(Joined a, Joined b) { return {hn::Sub(b.im, a.im), hn::Sub(a.re, b.re)}; }
#endif
HWY_INLINE Complex Parted(Complex value) { return value; }

// Where a butterfly's results go: `step` floats apart.
struct Results {
  float* to;
  size_t step;
  template <typename Value>
  HWY_INLINE void operator()(size_t j, Value value) const {
    StoreComplex(value, to + j * step);
  }
};

// The same, but of each result its modulus alone: square roots take turns with the next butterfly.
struct Moduli {
  float* to;
  size_t step;
  template <typename Value>
  HWY_INLINE void operator()(size_t j, Value joined) const {
    const Complex value = Parted(joined);
    hn::Store(hn::Sqrt(hn::MulAdd(value.re, value.re, hn::Mul(value.im, value.im))), Tag(), to + j * step);
  }
};

// The same as `Results`, each result but the first times a factor.
struct TwiddledResults {
  float* to;
  size_t step;
  const float* twiddles;
  template <typename Value>
  HWY_INLINE void operator()(size_t j, Value joined) const {
    const Complex value = Parted(joined);
    StoreComplex(j > 0 ? Multiply(value, twiddles + 2 * (j - 1)) : value, to + j * step);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
