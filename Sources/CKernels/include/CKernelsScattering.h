#ifndef CKERNELS_SCATTERING_H
#define CKERNELS_SCATTERING_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Tables of a scattering transform of one image size: written while it is being made, then only read, by any thread.
typedef struct mvk_scattering_plan mvk_scattering_plan;

/// The sizes of a scattering transform. Plane sides are multiples of 2^scales, at least 3 times that.
typedef struct mvk_scattering_sizes {
  size_t height, width;              // of the image
  size_t plane_height, plane_width;  // of the periodic plane
  const int32_t* rows;               // plane_height: the image's row that stands at a plane's row
  const int32_t* columns;            // plane_width: likewise
  int32_t scales, angles, order;     // J, L, and 1 or 2
} mvk_scattering_sizes;

/// Begins a plan; every wavelet and low pass has still to be set. Null where memory ran out.
mvk_scattering_plan* mvk_scattering_create(const mvk_scattering_sizes* sizes);
void mvk_scattering_destroy(mvk_scattering_plan* plan);

/// Sets the real spectrum of the wavelet of one scale and angle that is applied to the band of `level`.
///
/// Level 0 is the image's band; each further one has half the sides. The spectrum is given row by row, with the sides
/// of the level. Always 1: nothing is allocated.
int mvk_scattering_set_wavelet(mvk_scattering_plan* plan, int32_t scale, int32_t angle, int32_t level,
                               const double* spectrum);

/// Sets the low pass of `level` along one axis (0: y, 1: x) by its taps, one per sample of the level.
///
/// The taps are symmetric and periodic. 0 where memory ran out, else 1.
int mvk_scattering_set_low_pass(mvk_scattering_plan* plan, int32_t level, int32_t axis, const double* taps);

/// Transforms `images` x `channels` planes of interleaved 8-bit pixels (divided by 255 here) or floats.
///
/// A plane's coefficients stand one after another in `out`. Exactly one of `bytes` and `floats` is not null. Runs on
/// this thread; the result for a plane does not depend on the others. `targets` are the instruction sets it may run on,
/// bits of `mvk_targets`, or 0 for the best there is. 0 where memory ran out, else 1.
int mvk_scattering_run(const mvk_scattering_plan* plan, const uint8_t* bytes, const float* floats, size_t images,
                       size_t channels, float* out, int64_t targets);

/// `count` discrete Fourier transforms of `length` values, forward (1) or inverse (0), not normalized.
///
/// They use the code of the scattering; the parts of one transform stand one after another. 0 where memory ran out,
/// else 1.
int mvk_fourier_lines(size_t length, size_t count, int forward, float* real, float* imaginary, int64_t targets);

#ifdef __cplusplus
}
#endif

#endif
