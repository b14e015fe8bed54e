// What local binary patterns look up while they run: the places of the neighbors, and of tables in scratch memory.
#ifndef MVK_LBP_H
#define MVK_LBP_H

#include <math.h>

#include "CKernelsLBP.h"

namespace mvk {

constexpr int32_t kRedWeight = 9798, kGreenWeight = 19235, kBlueWeight = 3735, kGrayBits = 15;

/// One neighbor as an offset into the padded image, and the weights of the four pixels around it.
struct LBPPoint {
  ptrdiff_t offset;
  double row, column, floor_row, floor_column;
  double weights[4];
  float single_weights[4];
  bool whole;
};

struct LBPLayout {
  // As many elements as the widest vector has lanes.
  static constexpr size_t kMargin = 64;
  // More tables of counts than one let neighbouring pixels of one code be counted at the same time.
  static constexpr size_t kCopies = 4;

  LBPLayout(const mvk_lbp_settings& s, size_t height, size_t width) : height(height), width(width) {
    stride = (width + 2 * s.padding + 15) / 16 * 16;
    padded = 0;
    codes = padded + ((height + 2 * s.padding) * stride + 2 * kMargin) / kMargin * kMargin;
    raw_bins = s.points <= 8 && s.method != MVK_LBP_VAR ? size_t(1) << s.points : s.bins;
    copies = raw_bins <= 4096 ? kCopies : 1;
    counts = codes + (width + 2 * kMargin) / kMargin * kMargin;
    size = counts + (s.grid * raw_bins * copies + kMargin) / kMargin * kMargin;
  }
  size_t height, width, stride, padded, codes, counts, size;
  size_t raw_bins, copies;
};

/// The neighbors of a pixel in a padded image.
struct LBPNeighbors {
  LBPNeighbors(const mvk_lbp_settings& s, const LBPLayout& g) {
    for (int32_t i = 0; i < s.points; i++) {
      LBPPoint& p = points[i];
      p.row = s.rows[i];
      p.column = s.columns[i];
      p.floor_row = floor(p.row);
      p.floor_column = floor(p.column);
      p.offset = ptrdiff_t(p.floor_row) * ptrdiff_t(g.stride) + ptrdiff_t(p.floor_column);
      p.whole = p.row == p.floor_row && p.column == p.floor_column;
      const double down = p.row - p.floor_row, right = p.column - p.floor_column;
      p.weights[0] = (1 - down) * (1 - right);
      p.weights[1] = (1 - down) * right;
      p.weights[2] = down * (1 - right);
      p.weights[3] = down * right;
      for (int32_t k = 0; k < 4; k++) p.single_weights[k] = float(p.weights[k]);
    }
  }
  LBPPoint points[32];
};

}  // namespace mvk

#endif
