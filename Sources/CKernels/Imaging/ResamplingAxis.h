#ifndef MVK_IMAGING_RESAMPLING_AXIS_H
#define MVK_IMAGING_RESAMPLING_AXIS_H

#include <stddef.h>
#include <stdint.h>

#include <vector>

#include "CKernelsResample.h"

namespace mvk {

/// The source pixels that each target pixel of one axis is made of, and their weights.
///
/// The arithmetic is that of Pillow's 8-bit resize. A weight w is kept as two numbers of 16 bits, w = high * 2^15 +
/// low, so that two taps a time are multiplied and added by one instruction, and the sum is exact.
struct ResamplingAxis {
  static constexpr int kPrecision = 32 - 8 - 2;
  static constexpr int kLowBits = 15;
  /// Target pixels that are made at a time.
  static constexpr size_t kRun = 32;

  void Plan(size_t source, mvk_interval interval, size_t target, mvk_filter filter);
  /// Moves the axis to one that lacks its first pixels.
  void Shift(size_t pixels);
  /// Writes the weights out for vectors that hold several pixels of four values.
  void Spread();

  size_t target = 0;
  /// Pairs of taps a target pixel, the unused ones of weight 0: one or even.
  size_t pairs = 0;
  /// The source pixels that have a weight.
  size_t first = 0, end = 0;
  /// Whether every target pixel is the source pixel at its place.
  bool is_identity = false;
  std::vector<int32_t> starts, counts;
  /// `pairs` for each target pixel: the first tap's number in the lower half, the second tap's in the upper.
  std::vector<int32_t> low, high;
  /// The same four times each, those of the first pair for all target pixels before those of the second; target pixels
  /// up to `spread` have weights 0.
  std::vector<int32_t> spread_low, spread_high;
  size_t spread = 0;

 private:
  std::vector<double> raw_;
  std::vector<int32_t> weights_;
};

}  // namespace mvk

#endif
