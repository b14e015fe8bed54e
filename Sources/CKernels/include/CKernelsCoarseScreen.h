// A screen before the screen of `CKernelsTopK.h`: products of 8-bit integers, which processors have at nearly twice the
// rate, drop rows that the finer screen would drop, and no others.
//
// A rounded row a of `mvk_quantise` is stored as c = round((a - m) / s), m being about the mean of such rows and s the
// row's own step. With e = a - m - s c, the product of a query a and a train row b is
//   a.b = s_a s_b (c_a.c_b) + m.m + m.(a - m) + m.(b - m) + e_a.(b - m) + (s_a c_a).e_b,
// of which the last two are at most |e_a| |b - m| + |s_a c_a| |e_b|. An upper bound of a.b gives an upper bound of the
// score that the finer screen computes.
//
// With AVX-512 VNNI, products are summed in 32 bits, and c takes 8 bits. AVX2 and AVX-512 without it sum in 16 bits,
// so c of a train row takes 7, and sixteen products are summed before they go to 32: steps are such that they fit.
#ifndef CKERNELS_COARSE_SCREEN_H
#define CKERNELS_COARSE_SCREEN_H

#include <stddef.h>
#include <stdint.h>

#include "CKernelsTopK.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Whether this processor multiplies 8-bit integers so fast that the coarse screen can be worth its while.
int mvk_coarse_is_fast(void);

/// What became of a row that was rounded to 8 bits.
typedef struct {
  float step;   ///< s
  float lost;   ///< at least |e|
  float norm;   ///< at least |a - m|
  float kept;   ///< at least |s c|
  double rest;  ///< m.(a - m), off by less than 2e-6 |m| |a - m|
} mvk_coarse_row;

/// Rounds a row of `mvk_quantise` to int8, as a train row or a query.
///
/// All three have room for `count` rounded up to a multiple of 64; `row` and `mean` end in zeros.
void mvk_coarsen(const int16_t* row, const int16_t* mean, size_t count, int is_train, int8_t* coarse,
                 mvk_coarse_row* made);

/// Interleaves `count` rows of `4 * quads` values, `stride` apart, into one panel, and makes them positive.
///
/// Rows that are missing become zero.
void mvk_coarse_pack_train(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed);

/// The number of values a query that take away what train rows were raised by.
size_t mvk_coarse_biases(size_t quads);

/// Interleaves `count` queries of `4 * quads` values, `stride` apart, into one strip.
///
/// Writes their `mvk_coarse_biases` values into `bias`, a value of each query of the strip after the other.
/// Queries that are missing become zero.
void mvk_coarse_pack_queries(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed,
                             int32_t* bias);

/// One tile of train rows, packed; values a row, which include those of the finer screen.
typedef struct {
  const int8_t* packed;  ///< panels of `mvk_screen_panel()` rows
  size_t quads;          ///< a quarter of the padded row length
  const float* step;     ///< s_b factor
  const float* norm;     ///< |b - m| factor
  const float* lost;     ///< |e_b| factor
  const float* factor;
  const float* slack;   ///< m.(b - m) factor + slack, rounding included
  const float* offset;  ///< never below that of the finer screen
} mvk_coarse_tile;

/// One block of queries; a value a query.
typedef struct {
  const int8_t* packed;  ///< strips of `mvk_screen_strip()` rows
  size_t count;          ///< queries, the padding of the last strip left out
  const int32_t* bias;   ///< `mvk_coarse_biases` strips of values a strip
  const float* step;
  const float* lost;
  const float* kept;
  const float* own;  ///< a.m
  const float* scale;
  const float* threshold;
  int32_t* products;  ///< room for `count` rounded up to strips, times `mvk_screen_panel()`
  int32_t* found;     ///< `room` a query: the rows of the tile that may be near
  size_t room;        ///< at least the rows of the panels screened, and a panel more
  int32_t* counts;    ///< rows found a query
} mvk_coarse_block;

/// Appends the rows of the panels `from..<to` whose scores may reach a query's threshold to what was found for it.
void mvk_coarse_screen(const mvk_coarse_tile* tile, const mvk_coarse_block* block, size_t from, size_t to);

/// The finer screen of the rows `found` of a tile, from `start` on, for one query.
///
/// `rows` holds the tile's rounded rows and `asked` the query's, `stride` values each, a multiple of 64, zeros behind
/// the row. Returns how many of `found` were screened: fewer than `count` where the query's room is nearly full.
size_t mvk_screen_found(const mvk_train_tile* tile, const mvk_query_block* block, size_t query, const int16_t* asked,
                        const int16_t* rows, size_t stride, const int32_t* found, size_t start, size_t count);

#ifdef __cplusplus
}
#endif

#endif
