#include <math.h>
#include <string.h>

#include "CKernelsHOG.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/HOG.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

// Which bin a pixel votes for must not depend on the instruction set.
#pragma clang fp contract(off)

#ifndef MVK_HOG_LAYOUT
#define MVK_HOG_LAYOUT
namespace mvk {

/// Where things stand in the scratch memory of one image. Sizes are in elements of 8 bytes, so that one layout serves
/// single and double precision.
struct HOGLayout {
  // As many elements as the widest vector has floats: rows may be read that far beyond their ends.
  static constexpr size_t kMargin = 64;

  HOGLayout(const mvk_hog_settings& s, size_t height, size_t width, size_t channels)
      : orientations(s.orientations), cell(s.cell), block(s.block), height(height), width(width), channels(channels) {
    cells_down = height / cell;
    cells_across = width / cell;
    blocks_down = cells_down - block + 1;
    blocks_across = cells_across - block + 1;
    row_stride = (width + 3 * kMargin) / kMargin * kMargin;
    votes_stride = (cells_across * cell + 2 * kMargin) / kMargin * kMargin;
    const size_t cells = cells_down * cells_across;
    edges = 0;
    votes = (edges + 2 * orientations + kMargin) / kMargin * kMargin;
    rows = (votes + orientations * votes_stride + kMargin) / kMargin * kMargin;
    histogram = rows + 3 * channels * row_stride;
    norms = histogram + cells * orientations + kMargin;
    size = norms + cells + kMargin;
  }
  size_t orientations, cell, block, height, width, channels;
  size_t cells_down, cells_across, blocks_down, blocks_across;
  size_t row_stride, votes_stride;
  size_t edges, votes, rows, histogram, norms, size;
};

}  // namespace mvk
#endif

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using hn::TFromD;  // Highway's conditions on lane sizes name it so

// Rows of one channel each, with room on both sides. The sample beyond an end mirrors the one inside it, so that the
// central difference there is 0, as the definition has it.
template <class T>
HWY_INLINE void Mirror(T* row, size_t width) {
  row[-1] = width > 1 ? row[1] : row[0];
  row[width] = width > 1 ? row[width - 2] : row[0];
}

struct BytesToFloat {
  using Row = float;
  const uint8_t* image;
  void operator()(size_t y, const HOGLayout& g, float* const* rows) const {
    const hn::ScalableTag<float> d;
    const hn::Rebind<int32_t, decltype(d)> d32;
    const hn::Rebind<uint8_t, decltype(d)> d8;
    const size_t lanes = hn::Lanes(d);
    const uint8_t* from = image + y * g.width * g.channels;
    const auto widen = [&](hn::VFromD<decltype(d8)> v) HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, v)); };
    size_t x = 0;
    if (g.channels == 3) {
      for (; x + lanes <= g.width; x += lanes) {
        hn::VFromD<decltype(d8)> r, gr, b;
        hn::LoadInterleaved3(d8, from + 3 * x, r, gr, b);
        hn::StoreU(widen(r), d, rows[0] + x);
        hn::StoreU(widen(gr), d, rows[1] + x);
        hn::StoreU(widen(b), d, rows[2] + x);
      }
    } else {
      for (; x + lanes <= g.width; x += lanes) hn::StoreU(widen(hn::LoadU(d8, from + x)), d, rows[0] + x);
    }
    for (; x < g.width; x++)
      for (size_t c = 0; c < g.channels; c++) rows[c][x] = from[x * g.channels + c];
  }
};

struct BytesToRoot {
  using Row = double;
  const uint8_t* image;
  void operator()(size_t y, const HOGLayout& g, double* const* rows) const {
    const uint8_t* from = image + y * g.width * g.channels;
    for (size_t x = 0; x < g.width; x++)
      for (size_t c = 0; c < g.channels; c++) rows[c][x] = sqrt(double(from[x * g.channels + c]));
  }
};

struct Floats {
  using Row = float;
  const float* image;
  bool root;
  void operator()(size_t y, const HOGLayout& g, float* const* rows) const {
    const float* from = image + y * g.width * g.channels;
    for (size_t x = 0; x < g.width; x++)
      for (size_t c = 0; c < g.channels; c++) {
        const float value = from[x * g.channels + c];
        rows[c][x] = root ? sqrtf(value) : value;
      }
  }
};

template <class D>
HWY_INLINE hn::VFromD<D> Difference(D d, const hn::TFromD<D>* a, const hn::TFromD<D>* b) {
  return hn::Sub(hn::LoadU(d, a), hn::LoadU(d, b));
}
// Float images have single-precision gradients, whatever precision follows.
template <class D, HWY_IF_LANE_SIZE_D(D, 8)>
HWY_INLINE hn::VFromD<D> Difference(D d, const float* a, const float* b) {
  const hn::Rebind<float, D> f;
  return hn::PromoteTo(d, hn::Sub(hn::LoadU(f, a), hn::LoadU(f, b)));
}

// What channels are compared by: the squared magnitude orders them as the magnitude does, but where the peer rounds
// magnitudes to single precision, so must this.
template <class Row, class D, HWY_IF_LANE_SIZE_D(D, 8)>
HWY_INLINE hn::VFromD<D> Rank(D d, hn::VFromD<D> squared) {
  if (sizeof(Row) == 8) return squared;
  const hn::Rebind<float, D> f;
  return hn::PromoteTo(d, hn::DemoteTo(f, hn::Sqrt(squared)));
}
template <class Row, class D, HWY_IF_LANE_SIZE_D(D, 4)>
HWY_INLINE hn::VFromD<D> Rank(D, hn::VFromD<D> squared) {
  return squared;
}

// Adds the votes of one row of pixels to one running sum a column and orientation.
template <class T, class Row, bool kFullCircle>
HWY_INLINE void Vote(const HOGLayout& g, const Row* const* up, const Row* const* here, const Row* const* down,
                     const T* HWY_RESTRICT edges, size_t edges_below_180, T* HWY_RESTRICT votes) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const size_t columns = g.cells_across * g.cell;
  const size_t inner = g.orientations - 1;
  const auto zero = hn::Zero(d);
  for (size_t x = 0; x < columns; x += lanes) {
    auto gx = Difference(d, here[0] + x + 1, here[0] + x - 1);
    auto gy = Difference(d, down[0] + x, up[0] + x);
    auto squared = hn::Add(hn::Mul(gx, gx), hn::Mul(gy, gy));
    if (g.channels > 1) {
      auto best = Rank<Row>(d, squared);
      for (size_t c = 1; c < g.channels; c++) {
        const auto x_c = Difference(d, here[c] + x + 1, here[c] + x - 1);
        const auto y_c = Difference(d, down[c] + x, up[c] + x);
        const auto squared_c = hn::Add(hn::Mul(x_c, x_c), hn::Mul(y_c, y_c));
        const auto rank = Rank<Row>(d, squared_c);
        const auto larger = hn::Gt(rank, best);
        gx = hn::IfThenElse(larger, x_c, gx);
        gy = hn::IfThenElse(larger, y_c, gy);
        squared = hn::IfThenElse(larger, squared_c, squared);
        best = hn::IfThenElse(larger, rank, best);
      }
    }
    const auto magnitude = hn::Sqrt(squared);
    const auto lower = hn::Or(hn::Lt(gy, zero), hn::And(hn::Eq(gy, zero), hn::Lt(gx, zero)));
    gx = hn::IfThenElse(lower, hn::Neg(gx), gx);
    gy = hn::IfThenElse(lower, hn::Neg(gy), gy);
    // The angle is at or beyond an edge where the cross product says so; bins hold what passed one edge and not the
    // next.
    T* HWY_RESTRICT to = votes + x;
    auto passed = hn::Eq(zero, zero);
    for (size_t k = 0; k < inner; k++, to += g.votes_stride) {
      const auto cross = hn::Sub(hn::Mul(gy, hn::Set(d, edges[2 * k])), hn::Mul(gx, hn::Set(d, edges[2 * k + 1])));
      auto next = hn::Ge(cross, zero);
      if (kFullCircle) next = k < edges_below_180 ? hn::Or(lower, next) : hn::And(lower, next);
      hn::Store(hn::Add(hn::Load(d, to), hn::IfThenElseZero(hn::AndNot(next, passed), magnitude)), d, to);
      passed = next;
    }
    hn::Store(hn::Add(hn::Load(d, to), hn::IfThenElseZero(passed, magnitude)), d, to);
  }
}

// The mean vote of each cell and orientation.
template <class T, bool kFullCircle, class Source>
HWY_INLINE void Histograms(const mvk_hog_settings& s, const HOGLayout& g, const Source& fill, double* scratch) {
  using Row = typename Source::Row;
  T* edges = reinterpret_cast<T*>(scratch + g.edges);
  T* votes = reinterpret_cast<T*>(scratch + g.votes);
  Row* storage = reinterpret_cast<Row*>(scratch + g.rows);
  float* histogram = reinterpret_cast<float*>(scratch + g.histogram);
  memset(storage, 0, 3 * g.channels * g.row_stride * sizeof(Row));
  size_t below = 0;
  for (size_t k = 0; k + 1 < g.orientations; k++) {
    edges[2 * k] = T(s.edges[2 * k]);
    edges[2 * k + 1] = T(s.edges[2 * k + 1]);
    if (2 * (k + 1) < g.orientations) below++;
  }
  Row* ring[3][4];
  for (size_t i = 0; i < 3; i++)
    for (size_t c = 0; c < g.channels; c++)
      ring[i][c] = storage + (i * g.channels + c) * g.row_stride + HOGLayout::kMargin;

  const T area = T(g.cell * g.cell);
  size_t filled = 0;
  for (size_t cell_y = 0; cell_y < g.cells_down; cell_y++) {
    memset(votes, 0, g.orientations * g.votes_stride * sizeof(T));
    for (size_t y = cell_y * g.cell; y < (cell_y + 1) * g.cell; y++) {
      for (; filled < g.height && filled <= y + 1; filled++) {
        fill(filled, g, ring[filled % 3]);
        for (size_t c = 0; c < g.channels; c++) Mirror(ring[filled % 3][c], g.width);
      }
      const bool border = y == 0 || y + 1 == g.height;
      Vote<T, Row, kFullCircle>(g, ring[border ? y % 3 : (y + 2) % 3], ring[y % 3], ring[border ? y % 3 : (y + 1) % 3],
                                edges, below, votes);
    }
    for (size_t cell_x = 0; cell_x < g.cells_across; cell_x++) {
      float* HWY_RESTRICT to = histogram + (cell_y * g.cells_across + cell_x) * g.orientations;
      for (size_t k = 0; k < g.orientations; k++) {
        const T* from = votes + k * g.votes_stride + cell_x * g.cell;
        T even = 0, odd = 0;
        size_t i = 0;
        for (; i + 2 <= g.cell; i += 2) even += from[i], odd += from[i + 1];
        if (i < g.cell) even += from[i];
        to[k] = float((even + odd) / area);
      }
    }
  }
}

void Normalise(const mvk_hog_settings& s, const HOGLayout& g, double* scratch, float* HWY_RESTRICT row) {
  const float epsilon = 1e-5f;
  // Four lanes on every instruction set, so that sums come out the same on all of them.
  const hn::FixedTag<float, 4> d;
  constexpr size_t lanes = 4;
  const float* histogram = reinterpret_cast<const float*>(scratch + g.histogram);
  float* norms = reinterpret_cast<float*>(scratch + g.norms);
  const bool absolute = s.norm == MVK_HOG_L1 || s.norm == MVK_HOG_L1_SQRT;
  for (size_t i = 0; i < g.cells_down * g.cells_across; i++) {
    const float* cell = histogram + i * g.orientations;
    float sum = 0;
    for (size_t k = 0; k < g.orientations; k++) sum += absolute ? cell[k] : cell[k] * cell[k];
    norms[i] = sum;
  }
  const size_t strip = g.block * g.orientations;  // the cells of a block on one row of cells follow one another
  const size_t values = g.block * strip;
  for (size_t y = 0; y < g.blocks_down; y++) {
    for (size_t x = 0; x < g.blocks_across; x++, row += values) {
      float sum = 0;
      for (size_t j = 0; j < g.block; j++)
        for (size_t i = 0; i < g.block; i++) sum += norms[(y + j) * g.cells_across + x + i];
      const auto scale = hn::Set(d, 1 / (absolute ? sum + epsilon : sqrtf(sum + epsilon * epsilon)));
      const auto limit = hn::Set(d, 0.2f);
      auto squares = hn::Zero(d);
      for (size_t j = 0; j < g.block; j++) {
        const float* HWY_RESTRICT from = histogram + ((y + j) * g.cells_across + x) * g.orientations;
        float* HWY_RESTRICT to = row + j * strip;
        size_t i = 0;
        const auto scaled = [&](hn::VFromD<decltype(d)> value) HWY_ATTR {
          value = hn::Mul(value, scale);
          if (s.norm == MVK_HOG_L1_SQRT) value = hn::Sqrt(value);
          if (s.norm == MVK_HOG_L2_HYS) {
            value = hn::Min(value, limit);
            squares = hn::Add(squares, hn::Mul(value, value));
          }
          return value;
        };
        for (; i + lanes <= strip; i += lanes) hn::StoreU(scaled(hn::LoadU(d, from + i)), d, to + i);
        if (i < strip) {
          const auto rest = hn::FirstN(d, strip - i);
          // The scratch memory goes on beyond the last cell; what is read there is masked out before it counts.
          hn::BlendedStore(scaled(hn::IfThenElseZero(rest, hn::LoadU(d, from + i))), rest, d, to + i);
        }
      }
      if (s.norm != MVK_HOG_L2_HYS) continue;
      HWY_ALIGN float parts[lanes];
      hn::Store(squares, d, parts);
      const float total = (parts[0] + parts[2]) + (parts[1] + parts[3]);
      const auto again = hn::Set(d, 1 / sqrtf(total + epsilon * epsilon));
      size_t i = 0;
      for (; i + lanes <= values; i += lanes) hn::StoreU(hn::Mul(hn::LoadU(d, row + i), again), d, row + i);
      for (; i < values; i++) row[i] *= hn::GetLane(again);
    }
  }
}

template <class T, class Source>
void Describe(const mvk_hog_settings& s, const HOGLayout& g, const Source& source, float* row, double* scratch) {
  if (s.full_circle) {
    Histograms<T, true>(s, g, source, scratch);
  } else {
    Histograms<T, false>(s, g, source, scratch);
  }
  Normalise(s, g, scratch, row);
}

void HOGOfBytes(const mvk_hog_settings* s, const HOGLayout* g, const uint8_t* image, float* row, double* scratch) {
  if (s->square_root) {
    Describe<double>(*s, *g, BytesToRoot{image}, row, scratch);
  } else {
    Describe<float>(*s, *g, BytesToFloat{image}, row, scratch);
  }
}
void HOGOfFloats(const mvk_hog_settings* s, const HOGLayout* g, const float* image, float* row, double* scratch) {
  Describe<double>(*s, *g, Floats{image, s->square_root != 0}, row, scratch);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(HOGOfBytes);
HWY_EXPORT(HOGOfFloats);
}  // namespace mvk

size_t mvk_hog_scratch(const mvk_hog_settings* settings, size_t height, size_t width, size_t channels) {
  return mvk::HOGLayout(*settings, height, width, channels).size * sizeof(double);
}
void mvk_hog(const mvk_hog_settings* settings, const mvk_image* image, float* row, void* scratch) {
  const mvk::HOGLayout layout(*settings, image->height, image->width, image->channels);
  double* memory = static_cast<double*>(scratch);
  if (image->bytes != nullptr) {
    HWY_DYNAMIC_DISPATCH(mvk::HOGOfBytes)(settings, &layout, image->bytes, row, memory);
  } else {
    HWY_DYNAMIC_DISPATCH(mvk::HOGOfFloats)(settings, &layout, image->floats, row, memory);
  }
}
#endif
