// Exact nearest neighbors in two steps: screening in 16-bit integers with a proven bound on the error, then exact
// ranking of what is left in double precision (`CKernelsRowScores.h`).
//
// A row x is stored as a = round(x / n * 32767), n at least its norm, so that every dot product of two rows fits 32
// bits. Score of train row j for a query: upper = a.b * factor[j] + slack[j] + scale * offset[j], where slack bounds
// the rounding, so that the true score lies in [upper - 2 slack[j] - 2e-6 scale |offset[j]|, upper].
#ifndef CKERNELS_TOP_K_H
#define CKERNELS_TOP_K_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Queries are packed in strips of `mvk_screen_strip()` rows, train rows in panels of `mvk_screen_panel()`.
size_t mvk_screen_strip(void);
size_t mvk_screen_panel(void);

/// Rounds `row * scale` to int16 and returns the squared norm of what rounding lost, in units of the rounded values.
double mvk_quantise(const float* row, float scale, int16_t* quantised, size_t count);

/// Interleaves `count` rows of `2 * pairs` values, `stride` apart, into one strip or panel of `width` rows.
///
/// Rows that are missing become zero.
void mvk_screen_pack(const int16_t* rows, size_t stride, size_t count, size_t pairs, size_t width, int16_t* packed);

/// One tile of train rows, packed.
typedef struct {
  const int16_t* packed;  ///< panels of `mvk_screen_panel()` rows
  size_t panels;
  size_t pairs;         ///< half the padded row length
  const float* factor;  ///< a value a row, and so below; rows of padding need a slack of -1e30 and zeros
  const float* slack;
  const float* offset;
  int32_t first;  ///< the number of the tile's first row
} mvk_train_tile;

/// One block of queries and the candidates found for each so far.
typedef struct {
  const int16_t* packed;  ///< strips of `mvk_screen_strip()` rows
  size_t count;           ///< queries, the padding of the last strip left out
  const float* scale;     ///< a value a query
  float* threshold;       ///< scores below it cannot be among the nearest
  float* upper;           ///< `capacity` a query
  float* lower;           ///< `capacity` a query
  int32_t* rows;          ///< `capacity` a query
  int32_t* counts;        ///< candidates a query
  int32_t* products;      ///< room for `count` rounded up to strips, times `mvk_screen_panel()`
  size_t capacity;
} mvk_query_block;

/// Screens panels from `panel` on, and returns the number of the first panel that was not screened.
///
/// It stops where a query's room is nearly full: `mvk_screen_compact` must then make some.
size_t mvk_screen(const mvk_train_tile* tile, const mvk_query_block* block, size_t panel);

/// Raises the threshold of `query` to a lower bound of its `k`-th best score, and drops candidates below it.
///
/// Searches for the tightest such bound if `tight`, otherwise for a nearly tight one. Returns the number of candidates
/// left.
size_t mvk_screen_compact(const mvk_query_block* block, size_t query, size_t k, int tight);

#ifdef __cplusplus
}
#endif

#endif
