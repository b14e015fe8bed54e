// Transforms of prime numbers of values as products with matrices, and those products.
#if defined(MVK_FOURIER_PRIMES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_FOURIER_PRIMES_INL_H
#undef MVK_FOURIER_PRIMES_INL_H
#else
#define MVK_FOURIER_PRIMES_INL_H
#endif

#include "Complex-inl.h"
#include "FourierPlan.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

// One block of rows of a paired matrix times `columns` pairs of complex vectors; start and result are `emit`'s
// business.
template <size_t kRows, typename Emit>
HWY_INLINE void MultiplyBlock(const float* HWY_RESTRICT entries, const float* HWY_RESTRICT pairs, size_t columns,
                              Joined start, const Emit& emit) {
  Joined c[kRows], s[kRows];
  for (size_t row = 0; row < kRows; ++row) {
    c[row] = start;
    s[row] = JoinedZero();
  }
  for (size_t column = 0; column < columns; ++column, pairs += 2 * kComplex, entries += 2 * kRows) {
    const Joined sum = LoadJoined(pairs), difference = LoadJoined(pairs + kComplex);
    for (size_t row = 0; row < kRows; ++row) c[row] = AddScaled(c[row], entries[row], sum);
    for (size_t row = 0; row < kRows; ++row) s[row] = AddScaled(s[row], entries[kRows + row], difference);
  }
  // Written out, so that the sums stay in registers.
  emit(0, c[0], s[0]);
  if constexpr (kRows > 1) emit(1, c[1], s[1]);
  if constexpr (kRows > 2) emit(2, c[2], s[2]);
}

// `emit(row, c, s)` gets for each row the product of C with the sums of `pairs`, plus `start`, and that of S with their
// differences.
template <typename Emit>
HWY_INLINE void MultiplyRows(const PairedMatrix& matrix, const float* pairs, Joined start, const Emit& emit) {
  const float* entries = matrix.values.data();
  const size_t columns = matrix.columns;
  size_t first = 0;
  const auto shifted = [&](size_t row, Joined c, Joined s) HWY_ATTR { emit(first + row, c, s); };
  for (; first + 3 <= matrix.rows; first += 3, entries += 6 * columns)
    MultiplyBlock<3>(entries, pairs, columns, start, shifted);
  if (matrix.rows - first == 2) MultiplyBlock<2>(entries, pairs, columns, start, shifted);
  if (matrix.rows - first == 1) MultiplyBlock<1>(entries, pairs, columns, start, shifted);
}

// A prime number of values: sums and differences of mirrored samples times a matrix of cosines and one of sines.
template <typename Out>
HWY_INLINE void ButterflyPrime(const FourierStage& stage, const float* from, size_t step, float* pairs, Out results) {
  const size_t radix = stage.radix;
  const Joined first = LoadJoined(from);
  Joined total = first;
  for (size_t k = 1; k <= radix / 2; ++k) {
    const Joined a = LoadJoined(from + k * step), b = LoadJoined(from + (radix - k) * step);
    total = total + (a + b);
    StoreComplex(a + b, pairs + (k - 1) * 2 * kComplex);
    StoreComplex(TurnedDifference(a, b), pairs + (k - 1) * 2 * kComplex + kComplex);
  }
  results(0, total);
  MultiplyRows(stage.matrix, pairs, first, [&](size_t row, Joined c, Joined s) HWY_ATTR {
    results(row + 1, c + s);
    results(radix - 1 - row, c - s);
  });
}

// The most rows of which the sums of products stay in registers.
constexpr size_t kMostRows = HWY_TARGET <= HWY_AVX3 ? 7 : 4;

// Calls `emit(row, sum)` for kRows sums; written out, so that they stay in registers.
template <size_t kRows, typename Emit>
HWY_INLINE void EmitRows(const Joined* sums, const Emit& emit) {
  static_assert(kMostRows <= 7 && kRows <= kMostRows, "as many rows as are written out");
  emit(0, sums[0]);
  if constexpr (kRows > 1) emit(1, sums[1]);
  if constexpr (kRows > 2) emit(2, sums[2]);
  if constexpr (kRows > 3) emit(3, sums[3]);
  if constexpr (kRows > 4) emit(4, sums[4]);
  if constexpr (kRows > 5) emit(5, sums[5]);
  if constexpr (kRows > 6) emit(6, sums[6]);
}

// Calls `body(column)` for kQuarter columns, or, where that is 0, for `quarter`.
template <size_t kQuarter, typename Body>
HWY_INLINE void ForEachColumn(size_t quarter, const Body& body) {
  if constexpr (kQuarter > 0) {
#pragma clang loop unroll(full)
    for (size_t column = 0; column < kQuarter; ++column) body(column);
  } else {
    for (size_t column = 0; column < quarter; ++column) body(column);
  }
}

// Adds a term to kRows sums.
template <size_t kRows>
HWY_INLINE void AddTerm(const float* entries, Joined term, Joined* sums) {
  for (size_t row = 0; row < kRows; ++row) sums[row] = AddScaled(sums[row], entries[row], term);
}

// kRows products of a matrix, whose entry (row, column) is entries[row + column], with terms; `emit(row, sum)` gets
// what each comes to from `start(row)` on.
template <size_t kRows, size_t kQuarter, typename Start, typename Emit>
HWY_INLINE void MultiplyPowers(const float* HWY_RESTRICT entries, const float* HWY_RESTRICT terms, size_t quarter,
                               const Start& start, const Emit& emit) {
  Joined sums[kRows];
  for (size_t row = 0; row < kRows; ++row) sums[row] = start(row);
  ForEachColumn<kQuarter>(quarter, [&](size_t column) HWY_ATTR {
    AddTerm<kRows>(entries + column, LoadJoined(terms + column * kComplex), sums);
  });
  EmitRows<kRows>(sums, emit);
}

// The frequencies of the root's powers `row` ... `row` + kRows - 1 and of those a quarter on, with their mirrored ones.
// The first of the five products stands in `sums`, which has room for three.
template <size_t kRows, size_t kQuarter, typename Out>
HWY_INLINE void QuarterRows(const QuarterProducts& products, size_t quarter, size_t row, const float* terms,
                            float* sums, const Out& results) {
  const size_t radix = 4 * quarter + 1;
  const int32_t* powers = products.powers.data() + row;
  const float* entries = products.entries.data() + row;
  float *even = sums, *odd = even + kRows * kComplex, *both = odd + kRows * kComplex;
  const auto zero = [](size_t) HWY_ATTR { return JoinedZero(); };
  const auto shared = [&](size_t i) HWY_ATTR { return LoadJoined(both + i * kComplex); };
  const auto emit = [&](int32_t power, const float* cosines, Joined s) HWY_ATTR {
    const Joined c = LoadJoined(cosines);
    results(static_cast<size_t>(power), c + s);
    results(radix - static_cast<size_t>(power), c - s);
  };
  const auto matrix = [&](size_t which) HWY_ATTR { return entries + which * 2 * quarter; };
  const auto column = [&](size_t which) HWY_ATTR { return terms + which * quarter * kComplex; };
  MultiplyPowers<kRows, kQuarter>(matrix(QuarterProducts::kDifferences), column(QuarterProducts::kDifferences), quarter,
                                  zero, [&](size_t i, Joined sum) HWY_ATTR {
                                    const Joined c = LoadJoined(even + i * kComplex);
                                    StoreComplex(c + sum, even + i * kComplex);
                                    StoreComplex(c - sum, odd + i * kComplex);
                                  });
  MultiplyPowers<kRows, kQuarter>(matrix(QuarterProducts::kBoth), column(QuarterProducts::kBoth), quarter, zero,
                                  [&](size_t i, Joined sum) HWY_ATTR { StoreComplex(sum, both + i * kComplex); });
  MultiplyPowers<kRows, kQuarter>(matrix(QuarterProducts::kLower), column(QuarterProducts::kLower), quarter, shared,
                                  [&](size_t i, Joined sum) HWY_ATTR { emit(powers[i], even + i * kComplex, sum); });
  MultiplyPowers<kRows, kQuarter>(matrix(QuarterProducts::kUpper), column(QuarterProducts::kUpper), quarter, shared,
                                  [&](size_t i, Joined sum)
                                      HWY_ATTR { emit(powers[i + quarter], odd + i * kComplex, sum); });
}

// A prime number of values, 4 q + 1. kQuarter: q, where it is known beforehand, or 0.
template <size_t kQuarter, typename Out>
HWY_INLINE void ButterflyQuarters(const FourierStage& stage, const float* from, size_t step, float* terms,
                                  Out results) {
  // Fewer rows than four there are only in 13, the primes below having butterflies of their own.
  constexpr size_t kRows = kQuarter == 0 ? 4 : kQuarter < kMostRows ? kQuarter : kMostRows;
  const QuarterProducts& products = stage.quarters;
  const size_t quarter = kQuarter == 0 ? stage.radix / 4 : kQuarter;
  // The few terms of 13 mostly stay in registers.
  constexpr bool kFew = kQuarter > 0 && kQuarter <= 3;
  HWY_ALIGN float few[kFew ? QuarterProducts::kCount * kQuarter * kComplex : 1];
  if constexpr (kFew) terms = few;
  const float *end = from + stage.radix * step, *entries = products.entries.data();
  const Joined first = LoadJoined(from);
  Joined total = first, even[kRows];
  for (Joined& sum : even) sum = first;
  const auto keep = [&](size_t which, size_t i, Joined value)
                        HWY_ATTR { StoreComplex(value, terms + (which * quarter + i) * kComplex); };
  // The first rows' first product is made here, while the additions would leave multipliers idle.
  ForEachColumn<kQuarter>(quarter, [&](size_t i) HWY_ATTR {
    const size_t here = static_cast<size_t>(products.powers[i]) * step;
    const size_t on = static_cast<size_t>(products.powers[i + quarter]) * step;
    const Joined a = LoadJoined(from + here), b = LoadJoined(end - here);
    const Joined c = LoadJoined(from + on), d = LoadJoined(end - on);
    const Joined sum = a + b, sum_on = c + d, sums = sum + sum_on;
    const Joined rest = TurnedDifference(a, b), rest_on = TurnedDifference(c, d);
    total = total + sums;
    AddTerm<kRows>(entries + i, sums, even);
    if (kRows < quarter) keep(QuarterProducts::kSums, i, sums);
    keep(QuarterProducts::kDifferences, i, sum - sum_on);
    keep(QuarterProducts::kBoth, i, rest + rest_on);
    keep(QuarterProducts::kLower, i, rest);
    keep(QuarterProducts::kUpper, i, rest_on);
  });
  results(0, total);
  HWY_ALIGN float sums[3 * kRows * kComplex];
  const auto store = [&](size_t i, Joined sum) HWY_ATTR { StoreComplex(sum, sums + i * kComplex); };
  const auto start = [&](size_t) HWY_ATTR { return first; };
  EmitRows<kRows>(even, store);
  QuarterRows<kRows, kQuarter>(products, quarter, 0, terms, sums, results);
  size_t row = kRows;
  for (; row + kRows <= quarter; row += kRows) {
    MultiplyPowers<kRows, kQuarter>(entries + row, terms, quarter, start, store);
    QuarterRows<kRows, kQuarter>(products, quarter, row, terms, sums, results);
  }
  constexpr size_t kRest = kQuarter == 0 ? 1 : kQuarter % kRows;
  if constexpr (kRest > 0)
    for (; row < quarter; row += kRest) {
      MultiplyPowers<kRest, kQuarter>(entries + row, terms, quarter, start, store);
      QuarterRows<kRest, kQuarter>(products, quarter, row, terms, sums, results);
    }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
