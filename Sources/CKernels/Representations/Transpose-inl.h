// Between lines along one axis of a field, lanes being neighbors along the other, and lines along that other axis.
//
// A field of lines that stand side by side in lanes is stored group by group of such lines, each line along its axis.
#if defined(MVK_TRANSPOSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_TRANSPOSE_INL_H
#undef MVK_TRANSPOSE_INL_H
#else
#define MVK_TRANSPOSE_INL_H
#endif

#include "Complex-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

HWY_INLINE size_t Groups(size_t count) { return (count + kLanes - 1) / kLanes; }
// Rounded up to whole pairs of groups.
HWY_INLINE size_t Padded(size_t count) { return (count + 2 * kLanes - 1) / (2 * kLanes) * (2 * kLanes); }

// kLanes vectors, seen as a square.
struct Square {
  Vec rows[kLanes];

  HWY_INLINE void Load(const float* from, size_t step) {
    rows[0] = hn::Load(Tag(), from);
    rows[1] = hn::Load(Tag(), from + step);
    rows[2] = hn::Load(Tag(), from + 2 * step);
    rows[3] = hn::Load(Tag(), from + 3 * step);
    if constexpr (kLanes == 8) {
      rows[4] = hn::Load(Tag(), from + 4 * step);
      rows[5] = hn::Load(Tag(), from + 5 * step);
      rows[6] = hn::Load(Tag(), from + 6 * step);
      rows[7] = hn::Load(Tag(), from + 7 * step);
    }
  }

  HWY_INLINE void Transpose() {
    static_assert(kLanes == 4 || kLanes == 8, "vectors of four or eight lanes");
    TransposeFour(rows);
    if constexpr (kLanes == 8) {
      TransposeFour(rows + 4);
      Exchange(rows[0], rows[4]);
      Exchange(rows[1], rows[5]);
      Exchange(rows[2], rows[6]);
      Exchange(rows[3], rows[7]);
    }
  }

 private:
  static HWY_INLINE void TransposeFour(Vec* four) {
    const Tag d;
    const Vec a = hn::InterleaveLower(d, four[0], four[2]), b = hn::InterleaveLower(d, four[1], four[3]);
    const Vec e = hn::InterleaveUpper(d, four[0], four[2]), f = hn::InterleaveUpper(d, four[1], four[3]);
    four[0] = hn::InterleaveLower(d, a, b);
    four[1] = hn::InterleaveUpper(d, a, b);
    four[2] = hn::InterleaveLower(d, e, f);
    four[3] = hn::InterleaveUpper(d, e, f);
  }
  static HWY_INLINE void Exchange(Vec& low, Vec& high) {
    const Tag d;
    const Vec first = low;
    low = hn::ConcatLowerLower(d, high, first);
    high = hn::ConcatUpperUpper(d, high, first);
  }
};

// One part of a line across a field of vectors `step` apart, [group][along]: for each of the lines `first` ... `first`
// + `count` of the field its values at the lanes' places, `group` * kLanes on. `order` gives the place of each in the
// line; without it they stand as they come.
HWY_INLINE void LoadAcross(const float* field, size_t step, size_t pitch, size_t first, size_t count, size_t group,
                           const int32_t* order, float* line) {
  for (size_t start = first / kLanes * kLanes; start < first + count; start += kLanes) {
    Square square;
    square.Load(field + (start / kLanes * pitch + group * kLanes) * step, step);
    square.Transpose();
    if (start >= first && start + kLanes <= first + count) {
      const size_t n = start - first;
      for (size_t i = 0; i < kLanes; ++i)
        hn::Store(square.rows[i], Tag(), line + (order ? static_cast<size_t>(order[n + i]) : n + i) * kComplex);
    } else {
      for (size_t i = 0; i < kLanes; ++i) {
        const size_t n = start + i - first;  // wraps around below `first`
        if (n < count) hn::Store(square.rows[i], Tag(), line + (order ? static_cast<size_t>(order[n]) : n) * kComplex);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
