// Loops over bfloat16 or float32 values, some pixels of `channels` values each, channels fastest; channels are
// multiples of 16.
#pragma once

#include <cstdint>

namespace mvt::channels_last {

/// Adds up x - center and its square, and g and g (x - center) of the slopes g; `center` is one value a channel.
void add_sums(const uint16_t* x, int64_t pixels, int64_t channels, const float* center, double* sums, double* squares);

/// x * factor + offset, and where `relu` 0 for what is below.
void scale(const uint16_t* x, int64_t pixels, int64_t channels, const float* factor, const float* offset, bool relu,
           uint16_t* result);

/// Adds up the slopes, and the slopes times x - center. Where `relu`, those count where x * factor + offset is above 0.
void add_slopes(const uint16_t* x, const uint16_t* slope, int64_t pixels, int64_t channels, const float* center,
                const float* factor, const float* offset, bool relu, double* sums, double* products);

/// slope * factor + x * of_value + constant, with slopes as above.
void combine(const uint16_t* x, const uint16_t* slope, int64_t pixels, int64_t channels, const float* factor,
             const float* offset, bool relu, const float* of_value, const float* constant, uint16_t* result);

/// The slopes where values of bfloat16 that are not negative are above 0, or NaN, and 0 elsewhere.
void pass_slopes(const uint16_t* values, const uint16_t* slopes, int64_t count, uint16_t* result);

// The first four of float32.
void add_sums(const float* x, int64_t pixels, int64_t channels, const float* center, double* sums, double* squares);
void scale(const float* x, int64_t pixels, int64_t channels, const float* factor, const float* offset, bool relu,
           float* result);
void add_slopes(const float* x, const float* slope, int64_t pixels, int64_t channels, const float* center,
                const float* factor, const float* offset, bool relu, double* sums, double* products);
void combine(const float* x, const float* slope, int64_t pixels, int64_t channels, const float* factor,
             const float* offset, bool relu, const float* of_value, const float* constant, float* result);

}  // namespace mvt::channels_last
