#include "NormalizationKernels.h"

#include <algorithm>
#include <cstring>

// Each function is compiled once for each of these, and the processor's is chosen when the program starts.
#if defined(__x86_64__)
#define MVT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MVT_CLONES
#endif
#define MVT_INLINE __attribute__((always_inline)) inline

namespace mvt::channels_last {
namespace {

constexpr int64_t lanes = 16;
using Floats = float __attribute__((ext_vector_type(16)));
using Words = uint32_t __attribute__((ext_vector_type(16)));
using Halves = uint16_t __attribute__((ext_vector_type(16)));

// Values go by reference: wide vectors are passed otherwise by each instruction set.
MVT_INLINE void load(const uint16_t* from, Floats& value) {
  Halves halves;
  std::memcpy(&halves, from, sizeof(halves));
  const Words bits = __builtin_convertvector(halves, Words) << 16;
  std::memcpy(&value, &bits, sizeof(value));
}

MVT_INLINE void load(const float* from, Floats& value) { std::memcpy(&value, from, sizeof(value)); }

/// Rounds to nearest, ties to even, as libtorch does; NaN stays NaN.
MVT_INLINE void store(const Floats& value, uint16_t* to) {
  Words bits;
  std::memcpy(&bits, &value, sizeof(bits));
  Words rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  rounded = value == value ? rounded : Words(0x7FC0);
  const Halves halves = __builtin_convertvector(rounded, Halves);
  std::memcpy(to, &halves, sizeof(halves));
}

MVT_INLINE void store(const Floats& value, float* to) { std::memcpy(to, &value, sizeof(value)); }

MVT_INLINE void add(const Floats& value, double* to) {
  for (int64_t lane = 0; lane < lanes; ++lane) to[lane] += value[lane];
}

/// Pixels that stay in the nearest cache while their channels are taken one group after the other.
int64_t run(int64_t channels) { return std::max<int64_t>(8, 8192 / channels); }

template <typename Value>
MVT_INLINE void add_sums_of(const Value* x, int64_t pixels, int64_t channels, const float* center, double* sums,
                            double* squares) {
  const int64_t step = run(channels);
  for (int64_t first = 0; first < pixels; first += step) {
    const int64_t count = std::min(step, pixels - first);
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      const Value* from = x + first * channels + channel;
      Floats middle, sum = 0, square = 0, other_sum = 0, other_square = 0;
      load(center + channel, middle);
      int64_t pixel = 0;
      for (; pixel + 2 <= count; pixel += 2) {
        Floats value, other;
        load(from + pixel * channels, value);
        load(from + (pixel + 1) * channels, other);
        value -= middle;
        other -= middle;
        sum += value;
        square += value * value;
        other_sum += other;
        other_square += other * other;
      }
      if (pixel < count) {
        Floats value;
        load(from + pixel * channels, value);
        value -= middle;
        sum += value;
        square += value * value;
      }
      add(sum + other_sum, sums + channel);
      add(square + other_square, squares + channel);
    }
  }
}

template <typename Value>
MVT_INLINE void scale_of(const Value* x, int64_t pixels, int64_t channels, const float* factor, const float* offset,
                         bool relu, Value* result) {
  const float least = relu ? 0 : -__builtin_inff();
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      Floats value, times, plus;
      load(x + pixel * channels + channel, value);
      load(factor + channel, times);
      load(offset + channel, plus);
      value = value * times + plus;
      // NaN is not below anything, and stays.
      value = value < least ? Floats(least) : value;
      store(value, result + pixel * channels + channel);
    }
  }
}

template <typename Value>
MVT_INLINE void add_slopes_of(const Value* x, const Value* slope, int64_t pixels, int64_t channels, const float* center,
                              const float* factor, const float* offset, bool relu, double* sums, double* products) {
  const int64_t step = run(channels);
  for (int64_t first = 0; first < pixels; first += step) {
    const int64_t count = std::min(step, pixels - first);
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      const int64_t start = first * channels + channel;
      Floats middle, times, plus, sum = 0, product = 0;
      load(center + channel, middle);
      load(factor + channel, times);
      load(offset + channel, plus);
      for (int64_t pixel = 0; pixel < count; ++pixel) {
        Floats value, pull;
        load(x + start + pixel * channels, value);
        load(slope + start + pixel * channels, pull);
        if (relu) pull = value * times + plus > 0 ? pull : Floats(0);
        sum += pull;
        product += pull * (value - middle);
      }
      add(sum, sums + channel);
      add(product, products + channel);
    }
  }
}

template <typename Value>
MVT_INLINE void combine_of(const Value* x, const Value* slope, int64_t pixels, int64_t channels, const float* factor,
                           const float* offset, bool relu, const float* of_value, const float* constant,
                           Value* result) {
  for (int64_t pixel = 0; pixel < pixels; ++pixel) {
    for (int64_t channel = 0; channel < channels; channel += lanes) {
      const int64_t place = pixel * channels + channel;
      Floats value, pull, times, plus, linear, rest;
      load(x + place, value);
      load(slope + place, pull);
      load(factor + channel, times);
      load(offset + channel, plus);
      load(of_value + channel, linear);
      load(constant + channel, rest);
      if (relu) pull = value * times + plus > 0 ? pull : Floats(0);
      store(pull * times + (value * linear + rest), result + place);
    }
  }
}

}  // namespace

MVT_CLONES void add_sums(const uint16_t* x, int64_t pixels, int64_t channels, const float* center, double* sums,
                         double* squares) {
  add_sums_of(x, pixels, channels, center, sums, squares);
}

MVT_CLONES void scale(const uint16_t* x, int64_t pixels, int64_t channels, const float* factor, const float* offset,
                      bool relu, uint16_t* result) {
  scale_of(x, pixels, channels, factor, offset, relu, result);
}

MVT_CLONES void add_slopes(const uint16_t* x, const uint16_t* slope, int64_t pixels, int64_t channels,
                           const float* center, const float* factor, const float* offset, bool relu, double* sums,
                           double* products) {
  add_slopes_of(x, slope, pixels, channels, center, factor, offset, relu, sums, products);
}

MVT_CLONES void combine(const uint16_t* x, const uint16_t* slope, int64_t pixels, int64_t channels, const float* factor,
                        const float* offset, bool relu, const float* of_value, const float* constant,
                        uint16_t* result) {
  combine_of(x, slope, pixels, channels, factor, offset, relu, of_value, constant, result);
}

MVT_CLONES void pass_slopes(const uint16_t* values, const uint16_t* slopes, int64_t count, uint16_t* result) {
  for (int64_t place = 0; place < count; ++place) {
    result[place] = (values[place] & 0x7FFF) == 0 ? 0 : slopes[place];
  }
}

MVT_CLONES void add_sums(const float* x, int64_t pixels, int64_t channels, const float* center, double* sums,
                         double* squares) {
  add_sums_of(x, pixels, channels, center, sums, squares);
}

MVT_CLONES void scale(const float* x, int64_t pixels, int64_t channels, const float* factor, const float* offset,
                      bool relu, float* result) {
  scale_of(x, pixels, channels, factor, offset, relu, result);
}

MVT_CLONES void add_slopes(const float* x, const float* slope, int64_t pixels, int64_t channels, const float* center,
                           const float* factor, const float* offset, bool relu, double* sums, double* products) {
  add_slopes_of(x, slope, pixels, channels, center, factor, offset, relu, sums, products);
}

MVT_CLONES void combine(const float* x, const float* slope, int64_t pixels, int64_t channels, const float* factor,
                        const float* offset, bool relu, const float* of_value, const float* constant, float* result) {
  combine_of(x, slope, pixels, channels, factor, offset, relu, of_value, constant, result);
}

}  // namespace mvt::channels_last
