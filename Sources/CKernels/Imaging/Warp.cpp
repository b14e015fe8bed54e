#include "CKernelsWarp.h"

#include <string.h>

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Imaging/Warp.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void MirrorRow(uint8_t* row, size_t width) {
  const hn::FixedTag<uint8_t, 16> d;
  using V = hn::VFromD<decltype(d)>;
  HWY_ALIGN static constexpr uint8_t kBackward[16] = {15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0};
  const V backward = hn::Load(d, kBackward);
  size_t left = 0, right = width;
  // Sixteen pixels from either end change places.
  for (; left + 32 <= right; left += 16, right -= 16) {
    V a, b, c, e, f, g;
    hn::LoadInterleaved3(d, row + 3 * left, a, b, c);
    hn::LoadInterleaved3(d, row + 3 * (right - 16), e, f, g);
    hn::StoreInterleaved3(hn::TableLookupBytes(e, backward), hn::TableLookupBytes(f, backward),
                          hn::TableLookupBytes(g, backward), d, row + 3 * left);
    hn::StoreInterleaved3(hn::TableLookupBytes(a, backward), hn::TableLookupBytes(b, backward),
                          hn::TableLookupBytes(c, backward), d, row + 3 * (right - 16));
  }
  for (; left + 2 <= right; left++, right--)
    for (size_t c = 0; c < 3; c++) std::swap(row[3 * left + c], row[3 * (right - 1) + c]);
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(MirrorRow);

namespace {

/// Narrows `from`..<`until` to the columns whose place, `start` + column * `step`, is in 0..<`limit`.
void Narrow(int64_t start, int64_t step, int64_t limit, int64_t& from, int64_t& until) {
  const auto ceiling = [](int64_t a, int64_t b) { return a / b + (a % b > 0); };
  if (step == 0) {
    if (start < 0 || start >= limit) until = from;
  } else if (step > 0) {
    from = std::max(from, ceiling(-start, step));
    until = std::min(until, ceiling(limit - start, step));
  } else {
    from = std::max(from, ceiling(start - limit + 1, -step));
    until = std::min(until, ceiling(start + 1, -step));
  }
}

}  // namespace
}  // namespace mvk

void mvk_mirror(uint8_t* pixels, size_t height, size_t width) {
  const auto mirror = HWY_DYNAMIC_DISPATCH(mvk::MirrorRow);
  for (size_t y = 0; y < height; y++) mirror(pixels + y * 3 * width, width);
}

void mvk_warp_nearest(const uint8_t* source, size_t height, size_t width, const mvk_warp* warp, uint8_t* target) {
  const int64_t columns = int64_t(width), rows = int64_t(height);
  const size_t row_bytes = 3 * width;
  for (int64_t r = 0; r < rows; r++, target += row_bytes) {
    int64_t x = warp->x + r * warp->x_row, y = warp->y + r * warp->y_row;
    int64_t from = 0, until = columns;
    mvk::Narrow(x, warp->x_column, columns << 16, from, until);
    mvk::Narrow(y, warp->y_column, rows << 16, from, until);
    from = std::min(from, columns);
    until = std::max(from, std::min(until, columns));
    memset(target, 0, 3 * size_t(from));
    memset(target + 3 * until, 0, 3 * size_t(columns - until));
    if (from == until) continue;
    x += from * warp->x_column;
    y += from * warp->y_column;
    if (warp->x_column == 65536 && warp->y_column == 0) {
      memcpy(target + 3 * from, source + size_t(y >> 16) * row_bytes + 3 * size_t(x >> 16), 3 * size_t(until - from));
      continue;
    }
    for (int64_t c = from; c < until; c++, x += warp->x_column, y += warp->y_column)
      memcpy(target + 3 * c, source + size_t(y >> 16) * row_bytes + 3 * size_t(x >> 16), 3);
  }
}
#endif
