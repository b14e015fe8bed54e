#include "FourierPlan.h"

#include <cmath>
#include <cstddef>

namespace mvk {
namespace {

// Below this share of the middle tap a tap is as good as zero: together they are less than half a unit in the last
// place of the sum.
constexpr double kNegligible = 1e-9;

constexpr double kTurn = 6.283185307179586476925286766559;

// The powers of the primes in `length`, each as the radices of its passes.
std::vector<std::vector<size_t>> PrimePowers(size_t length) {
  std::vector<std::vector<size_t>> powers;
  // Twos in butterflies of eight, the rest by fours and twos; never an eight and a two where two fours will do. They
  // come first, since the first power's butterflies stand in the longest loops, and these are the shortest.
  std::vector<size_t> twos;
  while (length % 2 == 0) {
    const size_t radix = length % 8 == 0 && length % 32 != 16 ? 8 : length % 4 == 0 ? 4 : 2;
    twos.push_back(radix);
    length /= radix;
  }
  if (!twos.empty()) powers.push_back(twos);
  for (size_t prime = 3; prime <= length; prime += 2) {
    std::vector<size_t> radices;
    for (; length % prime == 0; length /= prime) radices.push_back(prime);
    if (!radices.empty()) powers.push_back(radices);
  }
  return powers;
}

size_t InverseModulo(size_t value, size_t modulus) {
  for (size_t candidate = 0; candidate < modulus; ++candidate)
    if (value % modulus * candidate % modulus == 1 % modulus) return candidate;
  return 0;
}

PairedMatrix PrimeMatrix(size_t prime, int sign) {
  // Row j - 1 and column k - 1 join frequencies j and prime - j to the sum and the difference of samples k and prime -
  // k.
  return PairedMatrix(prime / 2, prime / 2, [=](size_t row, size_t column, int which) {
    const double angle = kTurn * static_cast<double>((row + 1) * (column + 1) % prime) / static_cast<double>(prime);
    return which == 0 ? std::cos(angle) : sign * std::sin(angle);
  });
}

// The powers 0 ..< prime - 1 of the least primitive root of `prime`.
std::vector<size_t> RootPowers(size_t prime) {
  for (size_t root = 2;; ++root) {
    std::vector<size_t> powers{1};
    for (size_t power = root; power != 1; power = power * root % prime) powers.push_back(power);
    if (powers.size() == prime - 1) return powers;
  }
}

FourierStage MakeStage(size_t radix, size_t remaining, size_t stride, size_t outer, int sign) {
  FourierStage stage{radix, remaining / radix, stride, outer, {}, {}, {}};
  if (stage.groups > 1)
    for (size_t group = 0; group < stage.groups; ++group)
      for (size_t j = 1; j < radix; ++j) {
        const double angle = sign * kTurn * static_cast<double>(group * j) / static_cast<double>(remaining);
        stage.twiddles.push_back(static_cast<float>(std::cos(angle)));
        stage.twiddles.push_back(static_cast<float>(std::sin(angle)));
      }
  if (radix > 5 && radix % 4 == 1) stage.quarters = QuarterProducts(radix, sign);
  if (radix > 5 && radix % 4 == 3) stage.matrix = PrimeMatrix(radix, sign);
  return stage;
}

}  // namespace

QuarterProducts::QuarterProducts(size_t prime, int sign) {
  const size_t quarter = prime / 4, half = prime / 2;
  const std::vector<size_t> all = RootPowers(prime);
  powers.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(half));
  entries.resize(kCount * half);
  for (size_t n = 0; n < half; ++n) {
    const double here = kTurn * static_cast<double>(all[n]) / static_cast<double>(prime);
    const double on = kTurn * static_cast<double>(all[n + quarter]) / static_cast<double>(prime);
    const double cosines[] = {std::cos(here) / 2, std::cos(on) / 2},
                 sines[] = {sign * std::sin(here), sign * std::sin(on)};
    const auto set = [&](size_t which, double value) { entries[which * half + n] = static_cast<float>(value); };
    set(kSums, cosines[0] + cosines[1]);
    set(kDifferences, cosines[0] - cosines[1]);
    set(kBoth, sines[1]);
    set(kLower, sines[0] - sines[1]);
    set(kUpper, -sines[0] - sines[1]);
  }
}

FourierPlan::FourierPlan(size_t length) : length(length), sample(length, 0), frequency(length, 0) {
  size_t outer = 1;
  for (const std::vector<size_t>& radices : PrimePowers(length)) {
    size_t power = 1;
    for (size_t radix : radices) power *= radix;
    const size_t inner = length / power / outer;
    size_t remaining = power, stride = inner;
    for (size_t radix : radices) {
      for (int forward = 0; forward < 2; ++forward)
        stages[forward].push_back(MakeStage(radix, remaining, stride, outer, forward ? -1 : 1));
      remaining /= radix;
      stride *= radix;
    }
    const size_t multiplier = InverseModulo(length / power, power);
    for (size_t index = 0; index < length; ++index) {
      sample[index] += static_cast<int32_t>(index % power * inner);
      frequency[index] += static_cast<int32_t>(index % power * multiplier % power * inner);
    }
    outer *= power;
  }
}

LowPassPlan::LowPassPlan(const FourierPlan& fourier, size_t step, const double* all)
    : length(fourier.length), step(step), values(length / step), halved(values % 2 == 0) {
  // Taps of the even and the odd half of the samples under a shift by half a line.
  const auto tap = [=](size_t index, int odd) {
    const double here = all[index % length];
    return halved ? here + (odd ? -1 : 1) * all[(index + length / 2) % length] : here;
  };
  const size_t period = halved ? length / 2 : length, columns = period / 2 + 1, first = halved ? 0 : 1;
  const size_t rows = halved ? values / 4 + 1 : values / 2;
  size_t reach = length / 2;
  while (reach > 0 && std::abs(all[reach]) < kNegligible * std::abs(all[0])) --reach;
  if (reach < length / 2 && Outputs() * (reach + 1) < rows * columns * (halved ? 4 : 2)) {
    taps.assign(all, all + reach + 1);
    for (size_t n = 0; n < length + 2 * reach; ++n) around.push_back(fourier.sample[(n + length - reach) % length]);
    return;
  }
  for (int odd = 0; odd < (halved ? 2 : 1); ++odd)
    matrices[odd] = PairedMatrix(rows, columns, [=](size_t row, size_t column, int which) {
      const size_t at = (row + first) * step;
      const double left = tap(at + length - column, odd), right = tap(at + column, odd);
      // A sample that mirrors onto itself is added to itself.
      const double share = (column == 0 || 2 * column == period ? 0.25 : 0.5) * (halved ? 0.5 : 1.0);
      return share * (which == 0 ? left + right : left - right);
    });
  for (size_t n = 0; n < columns; ++n) {
    positions[0].push_back(fourier.sample[n]);
    positions[1].push_back(fourier.sample[(length - n) % length]);
    if (!halved) continue;
    positions[2].push_back(fourier.sample[(n + length / 2) % length]);
    positions[3].push_back(fourier.sample[(length / 2 + length - n) % length]);
  }
}

}  // namespace mvk
