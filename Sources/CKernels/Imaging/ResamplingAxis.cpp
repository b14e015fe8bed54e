#include "ResamplingAxis.h"

#include <math.h>

#include <algorithm>

#pragma clang fp contract(off)

namespace mvk {

namespace {

double Sinc(double x) {
  if (x == 0) return 1;
  x *= 3.14159265358979323846;
  return sin(x) / x;
}

/// Where a kernel ends, in pixels.
double HalfWidth(mvk_filter filter) { return filter == MVK_BILINEAR ? 1 : filter == MVK_BICUBIC ? 2 : 3; }

double Kernel(mvk_filter filter, double x) {
  const double distance = fabs(x);
  if (filter == MVK_BILINEAR) return distance < 1 ? 1 - distance : 0;
  // As Pillow has it, -3 is in and 3 is not.
  if (filter == MVK_LANCZOS) return x >= -3 && x < 3 ? Sinc(x) * Sinc(x / 3) : 0;
  if (distance < 1) return (1.5 * distance - 2.5) * distance * distance + 1;
  if (distance < 2) return ((-0.5 * distance + 2.5) * distance - 4) * distance + 2;
  return 0;
}

int32_t Packed(int32_t first, int32_t second) { return int32_t(uint32_t(first & 0xFFFF) | uint32_t(second) << 16); }

}  // namespace

void ResamplingAxis::Plan(size_t source, mvk_interval interval, size_t count, mvk_filter filter) {
  target = count;
  // As in Pillow, the box is rounded to single precision.
  const double origin = float(interval.lower);
  const double scale = double(float(interval.upper) - float(interval.lower)) / double(target);
  is_identity = origin == 0 && scale == 1 && source == target;
  const double filter_scale = std::max(scale, 1.0), step = 1 / filter_scale;
  const double support = HalfWidth(filter) * filter_scale;
  const size_t span = size_t(ceil(support)) * 2 + 1;
  starts.resize(target);
  counts.resize(target);
  raw_.resize(span);
  weights_.resize(target * span);
  size_t longest = 1;
  first = source;
  end = 0;
  for (size_t pixel = 0; pixel < target; pixel++) {
    const double center = origin + (double(pixel) + 0.5) * scale;
    const int64_t from = std::max<int64_t>(0, int64_t(center - support + 0.5));
    const int64_t until = std::min<int64_t>(int64_t(source), int64_t(center + support + 0.5));
    const size_t taps = size_t(std::max<int64_t>(0, until - from));
    double sum = 0;
    for (size_t tap = 0; tap < taps; tap++) {
      raw_[tap] = Kernel(filter, (double(from + int64_t(tap)) - center + 0.5) * step);
      sum += raw_[tap];
    }
    size_t used = 0;
    for (size_t tap = 0; tap < taps; tap++) {
      const double scaled = sum != 0 ? raw_[tap] / sum * double(1 << kPrecision) : 0;
      const int32_t weight = int32_t(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
      weights_[pixel * span + tap] = weight;
      if (weight != 0) used = tap + 1;
    }
    starts[pixel] = int32_t(std::min<int64_t>(from, int64_t(source) - 1));
    counts[pixel] = int32_t(used);
    longest = std::max(longest, used);
    first = std::min(first, size_t(starts[pixel]));
    end = std::max(end, size_t(starts[pixel]) + std::max<size_t>(1, used));
  }
  pairs = longest <= 2 ? 1 : (longest + 3) / 4 * 2;
  low.assign(target * pairs, 0);
  high.assign(target * pairs, 0);
  for (size_t pixel = 0; pixel < target; pixel++) {
    const size_t used = size_t(counts[pixel]);
    for (size_t tap = 0; tap < used; tap += 2) {
      const int32_t* weight = &weights_[pixel * span + tap];
      const int32_t a = weight[0], b = tap + 1 < used ? weight[1] : 0;
      const int32_t above_a = (a + (1 << (kLowBits - 1))) >> kLowBits,
                    above_b = (b + (1 << (kLowBits - 1))) >> kLowBits;
      low[pixel * pairs + tap / 2] = Packed(a - above_a * (1 << kLowBits), b - above_b * (1 << kLowBits));
      high[pixel * pairs + tap / 2] = Packed(above_a, above_b);
    }
  }
}

void ResamplingAxis::Spread() {
  spread = (target + kRun - 1) / kRun * kRun;
  spread_low.assign(4 * pairs * spread, 0);
  spread_high.assign(4 * pairs * spread, 0);
  for (size_t pair = 0; pair < pairs; pair++)
    for (size_t pixel = 0; pixel < target; pixel++) {
      const size_t to = 4 * (pair * spread + pixel), from = pixel * pairs + pair;
      std::fill_n(&spread_low[to], 4, low[from]);
      std::fill_n(&spread_high[to], 4, high[from]);
    }
  // Those beyond the last take their taps from where the last does.
  starts.resize(spread, starts.back());
}

void ResamplingAxis::Shift(size_t pixels) {
  for (int32_t& start : starts) start -= int32_t(pixels);
  first -= pixels;
  end -= pixels;
}

}  // namespace mvk
