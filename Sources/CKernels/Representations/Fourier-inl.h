// Transforms of lines of complex vectors: each lane is a line of its own, so no transform ever moves a value between
// lanes.
//
// A line holds, for each position, a vector of real parts and then one of imaginary parts.
#if defined(MVK_FOURIER_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_FOURIER_INL_H
#undef MVK_FOURIER_INL_H
#else
#define MVK_FOURIER_INL_H
#endif

#include "FourierPlan.h"
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

// Where a butterfly's results go: `step` floats apart.
struct Results {
  float* to;
  size_t step;
  HWY_INLINE void operator()(size_t j, Complex value) const { StoreComplex(value, to + j * step); }
};

// The same, each result but the first times a factor.
struct TwiddledResults {
  float* to;
  size_t step;
  const float* twiddles;
  HWY_INLINE void operator()(size_t j, Complex value) const {
    StoreComplex(j > 0 ? Multiply(value, twiddles + 2 * (j - 1)) : value, to + j * step);
  }
};

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

// One block of rows of a paired matrix times `columns` pairs of complex vectors; start and result are `emit`'s
// business. kColumns: how many columns there are, where that is known beforehand, or 0.
template <size_t kRows, size_t kColumns, typename Emit>
HWY_INLINE void MultiplyBlock(const float* HWY_RESTRICT entries, const float* HWY_RESTRICT pairs, size_t columns,
                              Complex start, const Emit& emit) {
  const Tag d;
  if (kColumns != 0) columns = kColumns;
  Complex c[kRows], s[kRows];
  for (size_t row = 0; row < kRows; ++row) {
    c[row] = start;
    s[row] = {hn::Zero(d), hn::Zero(d)};
  }
  for (size_t column = 0; column < columns; ++column, pairs += 2 * kComplex, entries += 2 * kRows) {
    const Complex sum = LoadComplex(pairs), difference = LoadComplex(pairs + kComplex);
    for (size_t row = 0; row < kRows; ++row) c[row] = AddScaled(c[row], hn::Set(d, entries[row]), sum);
    for (size_t row = 0; row < kRows; ++row) s[row] = AddScaled(s[row], hn::Set(d, entries[kRows + row]), difference);
  }
  // Written out, so that the sums stay in registers.
  emit(0, c[0], s[0]);
  if constexpr (kRows > 1) emit(1, c[1], s[1]);
  if constexpr (kRows > 2) emit(2, c[2], s[2]);
}

// `emit(row, c, s)` gets for each row the product of C with the sums of `pairs`, plus `start`, and that of S with their
// differences.
template <size_t kColumns = 0, typename Emit>
HWY_INLINE void MultiplyRows(const PairedMatrix& matrix, const float* pairs, Complex start, const Emit& emit) {
  const float* entries = matrix.values.data();
  const size_t columns = matrix.columns;
  size_t first = 0;
  const auto shifted = [&](size_t row, Complex c, Complex s) HWY_ATTR { emit(first + row, c, s); };
  for (; first + 3 <= matrix.rows; first += 3, entries += 6 * columns)
    MultiplyBlock<3, kColumns>(entries, pairs, columns, start, shifted);
  if (matrix.rows - first == 2) MultiplyBlock<2, kColumns>(entries, pairs, columns, start, shifted);
  if (matrix.rows - first == 1) MultiplyBlock<1, kColumns>(entries, pairs, columns, start, shifted);
}

// A prime number of values: sums and differences of mirrored samples times a matrix of cosines and one of sines.
// kRadix: the number, where it is known beforehand, or 0.
template <size_t kRadix, typename Out>
HWY_INLINE void ButterflyPrime(const FourierStage& stage, const float* from, size_t step, float* pairs, Out results) {
  const size_t radix = kRadix == 0 ? stage.radix : kRadix;
  const Complex first = LoadComplex(from);
  Complex total = first;
  for (size_t k = 1; k <= radix / 2; ++k) {
    const Complex a = LoadComplex(from + k * step), b = LoadComplex(from + (radix - k) * step);
    total = total + (a + b);
    StoreComplex(a + b, pairs + (k - 1) * 2 * kComplex);
    StoreComplex(a - b, pairs + (k - 1) * 2 * kComplex + kComplex);
  }
  results(0, total);
  MultiplyRows<kRadix / 2>(stage.matrix, pairs, first, [&](size_t row, Complex c, Complex s) HWY_ATTR {
    results(row + 1, AddTurned(c, s));
    results(radix - 1 - row, SubTurned(c, s));
  });
}

// Every butterfly of a pass.
template <typename Butterfly>
HWY_INLINE void ForEach(const FourierStage& stage, const float* from, float* to, const Butterfly& butterfly) {
  const size_t step = stage.stride * kComplex, block = step * stage.groups * stage.radix;
  for (size_t outer = 0; outer < stage.outer; ++outer, from += block, to += block) {
    for (size_t q = 0; q < step; q += kComplex) butterfly(from + q, Results{to + q, step});
    for (size_t group = 1; group < stage.groups; ++group) {
      const float* twiddles = stage.twiddles.data() + group * (stage.radix - 1) * 2;
      const size_t in = group * step, out = group * stage.radix * step;
      for (size_t q = 0; q < step; q += kComplex)
        butterfly(from + in + q, TwiddledResults{to + out + q, step, twiddles});
    }
  }
}

template <bool kForward>
HWY_INLINE void ApplyStage(const FourierStage& stage, const float* from, float* to, float* pairs) {
  const size_t step = stage.stride * stage.groups * kComplex;
  switch (stage.radix) {
    case 2:
      return ForEach(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly2<kForward>(x, step, r); });
    case 3:
      return ForEach(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly3<kForward>(x, step, r); });
    case 4:
      return ForEach(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly4<kForward>(x, step, r); });
    case 5:
      return ForEach(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly5<kForward>(x, step, r); });
    case 8:
      return ForEach(stage, from, to, [=](auto x, auto r) HWY_ATTR { Butterfly8<kForward>(x, step, r); });
    case 7:
      return ForEach(stage, from, to, [&](auto x, auto r) HWY_ATTR { ButterflyPrime<7>(stage, x, step, pairs, r); });
    case 13:
      return ForEach(stage, from, to, [&](auto x, auto r) HWY_ATTR { ButterflyPrime<13>(stage, x, step, pairs, r); });
    case 29:
      return ForEach(stage, from, to, [&](auto x, auto r) HWY_ATTR { ButterflyPrime<29>(stage, x, step, pairs, r); });
    default:
      return ForEach(stage, from, to, [&](auto x, auto r) HWY_ATTR { ButterflyPrime<0>(stage, x, step, pairs, r); });
  }
}

// Transforms `line`, which is spent, into `result`; `spare` is a third line, `pairs` holds four vectors a pair of
// samples.
template <bool kForward>
HWY_NOINLINE void Transform(const FourierPlan& plan, float* line, float* spare, float* result, float* pairs) {
  float* from = line;
  const std::vector<FourierStage>& stages = plan.stages[kForward];
  if (stages.empty()) StoreComplex(LoadComplex(line), result);  // one value is its own transform
  for (size_t index = 0; index < stages.size(); ++index) {
    // A pass over a whole prime power writes where it reads, so it may stay in place.
    float* to = index + 1 == stages.size() ? result : stages[index].groups == 1 ? from : from == line ? spare : line;
    ApplyStage<kForward>(stages[index], from, to, pairs);
    from = to;
  }
}

// Low-passes a line of samples in the plan's order (two real lines: the parts); `keep(index, value)` gets each output.
// `pairs` has room for the line twice and a little more.
template <typename Keep>
HWY_INLINE void LowPass(const LowPassPlan& plan, const float* line, float* pairs, const Keep& keep) {
  const Complex zero{hn::Zero(Tag()), hn::Zero(Tag())};
  const size_t columns = plan.matrices[0].columns, values = plan.values;
  const auto sample = [&](size_t which, size_t n) HWY_ATTR {
    return LoadComplex(line + static_cast<size_t>(plan.positions[which][n]) * kComplex);
  };
  if (!plan.halved) {
    for (size_t n = 0; n < columns; ++n) {
      const Complex a = sample(0, n), b = sample(1, n);
      StoreComplex(a + b, pairs + n * 2 * kComplex);
      StoreComplex(a - b, pairs + n * 2 * kComplex + kComplex);
    }
    MultiplyRows(plan.matrices[0], pairs, zero, [&](size_t row, Complex c, Complex s) HWY_ATTR {
      const size_t m = row + 1;
      keep(m - 1, c + s);
      if (m > 1 && values - m != m) keep(values - m - 1, c - s);
    });
    return;
  }
  float* odd = pairs + columns * 2 * kComplex;
  float* even_results = odd + columns * 2 * kComplex;
  for (size_t n = 0; n < columns; ++n) {
    const Complex a = sample(0, n), b = sample(3, n), c = sample(2, n), d = sample(1, n);
    const Complex here = a + c, mirrored = b + d, here_odd = a - c, mirrored_odd = b - d;
    StoreComplex(here + mirrored, pairs + n * 2 * kComplex);
    StoreComplex(here - mirrored, pairs + n * 2 * kComplex + kComplex);
    // Half a line on, the odd half changes its sign.
    StoreComplex(here_odd - mirrored_odd, odd + n * 2 * kComplex);
    StoreComplex(here_odd + mirrored_odd, odd + n * 2 * kComplex + kComplex);
  }
  MultiplyRows(plan.matrices[0], pairs, zero, [&](size_t row, Complex c, Complex s) HWY_ATTR {
    StoreComplex(c + s, even_results + row * 2 * kComplex);
    StoreComplex(c - s, even_results + row * 2 * kComplex + kComplex);
  });
  MultiplyRows(plan.matrices[1], odd, zero, [&](size_t m, Complex c, Complex s) HWY_ATTR {
    const Complex even = LoadComplex(even_results + m * 2 * kComplex);
    const Complex even_mirrored = LoadComplex(even_results + m * 2 * kComplex + kComplex);
    if (values / 2 + m + 1 < values) keep(values / 2 + m - 1, even - (c + s));
    if (m > 0) keep(m - 1, even + (c + s));
    if (m > 0 && 4 * m != values) keep(values / 2 - m - 1, even_mirrored - (c - s));
    if (m > 1 && 4 * m != values) keep(values - m - 1, even_mirrored + (c - s));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
