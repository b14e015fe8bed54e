#ifndef CKERNELS_NEIGHBOR_FORCES_H
#define CKERNELS_NEIGHBOR_FORCES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the `count` points (x, y) do to the point `row` in t-SNE, in double precision.
///
/// With w_j = 1 / (1 + |y_row - y_j|^2): sums[0..1] = sum_j p_j w_j (y_row - y_j), sums[2..3] = sum_j w_j^2 (y_row -
/// y_j), sums[4] = sum of w_j over j but `row`. `probabilities` holds p_j, `count` of them, 0 at `row`.
void mvk_neighbor_forces(const float* x, const float* y, size_t count, size_t row, const float* probabilities,
                         double* sums);

#ifdef __cplusplus
}
#endif

#endif
