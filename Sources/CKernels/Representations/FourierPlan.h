// Tables of a discrete Fourier transform of any length, and of the products that prime lengths and low passes come down
// to.
#ifndef MVK_FOURIER_PLAN_H
#define MVK_FOURIER_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace mvk {

/// Two real matrices of one shape, C and S, in the order in which `MultiplyRows` reads them.
///
/// They are stored in blocks of up to three rows; in a block, column by column, the rows' entries of C and then those
/// of S.
struct PairedMatrix {
  static constexpr size_t kBlock = 3;
  size_t rows = 0, columns = 0;
  std::vector<float> values;

  PairedMatrix() = default;
  /// `entry(row, column, which)` gives C (which = 0) and S (1).
  template <typename Entry>
  PairedMatrix(size_t rows, size_t columns, Entry entry) : rows(rows), columns(columns) {
    values.reserve(rows * columns * 2);
    for (size_t first = 0; first < rows; first += kBlock) {
      const size_t end = first + kBlock < rows ? first + kBlock : rows;
      for (size_t column = 0; column < columns; ++column)
        for (int which = 0; which < 2; ++which)
          for (size_t row = first; row < end; ++row) values.push_back(static_cast<float>(entry(row, column, which)));
    }
  }
};

/// What a transform of a prime number of values, 4 q + 1, comes down to: five products with matrices of q x q.
///
/// In the order of a primitive root's powers (Rader 1968) entry (row, column) of each depends on row + column alone.
/// The cosines of mirrored samples' sums repeat after 2 q powers, so that they part into sums and differences q apart;
/// the sines change their sign there, which makes a complex product of three real ones.
struct QuarterProducts {
  static constexpr size_t kSums = 0, kDifferences = 1, kBoth = 2, kLower = 3, kUpper = 4, kCount = 5;
  std::vector<int32_t> powers;  // of the root: 2 q samples, each with its mirrored one, and as many frequencies
  std::vector<float> entries;   // 2 q a matrix

  QuarterProducts() = default;
  QuarterProducts(size_t prime, int sign);
};

/// One pass over a line: butterflies of `radix` values `stride * groups` apart, results `stride` apart.
struct FourierStage {
  size_t radix, groups, stride, outer;
  std::vector<float> twiddles;  // radix - 1 complex factors a group, where groups > 1
  // Where no butterfly is written out for the radix: cosines and sines, or, where it is 4 q + 1, the less of it.
  PairedMatrix matrix;
  QuarterProducts quarters;
};

/// The transform of one length, as a product of transforms of its prime powers.
///
/// Powers of different primes need no factors between them (Good 1958, Thomas 1963), only an order of the values: of
/// samples by their remainders, of frequencies by their multiples of length/power. Values stay in those orders; whoever
/// needs a certain one looks its position up. Within a power the passes are Stockham's.
struct FourierPlan {
  size_t length = 0;
  std::vector<FourierStage> stages[2];  // inverse, forward
  std::vector<int32_t> sample;          // position of each sample
  std::vector<int32_t> frequency;       // position of each frequency

  FourierPlan() = default;
  explicit FourierPlan(size_t length);
};

/// A periodic symmetric low pass along a line, of which every `step`-th value is kept, but for the first and the last.
///
/// Mirrored samples are added and subtracted, and each of the two is multiplied by a matrix of its own, which halves
/// the work. So does the same with samples half a line apart, where that many outputs are even. Where only few taps
/// are not negligible, they are taken as they are.
struct LowPassPlan {
  size_t length = 0, step = 0, values = 0;  // samples, and length / step
  /// The tap at a value, and those at the following ones and their mirrored ones; none where matrices are less work.
  std::vector<float> taps;
  /// Positions of the samples, with as many more before the first and behind the last as there are mirrored taps.
  std::vector<int32_t> around;
  /// Products are made of length/2 + 1 pairs of mirrored samples, or, twice, of length/4 + 1.
  bool halved = false;
  /// Without halving, row m - 1 is for the values m and values - m; with it, row m for those two and values/2 -+ m.
  PairedMatrix matrices[2];
  /// Positions of the samples n and length - n for each n, and where halved, of those half a line on.
  std::vector<int32_t> positions[4];

  LowPassPlan() = default;
  LowPassPlan(const FourierPlan& fourier, size_t step, const double* taps);
  size_t Outputs() const { return values - 2; }
};

}  // namespace mvk

#endif
