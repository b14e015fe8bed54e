// Scores of rows as they are stored, in double precision: what ranks the candidates of a search.
#ifndef CKERNELS_ROW_SCORES_H
#define CKERNELS_ROW_SCORES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Dot products of `query` with the rows at `rows`, as `mvk_dot` has them, each row being fetched ahead of its turn.
void mvk_dots(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count,
              double* products);

/// Squared distances of `query` from the rows at `rows`, as `mvk_squared_distance` has them with scales of 1.
void mvk_squared_distances(const float* query, const float* base, size_t columns, const int32_t* rows, size_t count,
                           double* distances);

/// Dot product in double precision; the order of summation depends on `count` alone.
double mvk_dot(const float* left, const float* right, size_t count);

/// Squared distance of left * left_scale and right * right_scale, in double precision.
double mvk_squared_distance(const float* left, double left_scale, const float* right, double right_scale, size_t count);

#ifdef __cplusplus
}
#endif

#endif
