// The two ways a scattering transform lays planes out in vectors.
#if defined(MVK_SCATTERING_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_SCATTERING_LANES_INL_H
#undef MVK_SCATTERING_LANES_INL_H
#else
#define MVK_SCATTERING_LANES_INL_H
#endif

#include "Fourier-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

HWY_INLINE void Transpose4(Vec* rows) {
  const Tag d;
  const Vec a = hn::InterleaveLower(d, rows[0], rows[2]), b = hn::InterleaveLower(d, rows[1], rows[3]);
  const Vec e = hn::InterleaveUpper(d, rows[0], rows[2]), f = hn::InterleaveUpper(d, rows[1], rows[3]);
  rows[0] = hn::InterleaveLower(d, a, b);
  rows[1] = hn::InterleaveUpper(d, a, b);
  rows[2] = hn::InterleaveLower(d, e, f);
  rows[3] = hn::InterleaveUpper(d, e, f);
}

// Swaps rows and lanes of kLanes vectors.
HWY_INLINE void Transpose(Vec* rows) {
  static_assert(kLanes == 4 || kLanes == 8, "vectors of four or eight lanes");
  Transpose4(rows);
  if constexpr (kLanes == 8) {
    const Tag d;
    Transpose4(rows + 4);
    for (size_t i = 0; i < 4; ++i) {
      const Vec low = rows[i], high = rows[i + 4];
      rows[i] = hn::ConcatLowerLower(d, high, low);
      rows[i + 4] = hn::ConcatUpperUpper(d, high, low);
    }
  }
}

// Planes in lanes: a vector is the same value of kLanes planes, an axis of n values is n vectors.
struct PlaneLanes {
  static constexpr bool kPixels = false;
  static constexpr size_t kPlanes = kLanes;
  static size_t Groups(size_t count) { return count; }
  static size_t Padded(size_t count) { return (count + 1) / 2 * 2; }
};

// Pixels in lanes: a vector is kLanes neighbours along one axis of a plane; the other axis is that of lines.
struct PixelLanes {
  static constexpr bool kPixels = true;
  static constexpr size_t kPlanes = 1;
  static size_t Groups(size_t count) { return (count + kLanes - 1) / kLanes; }
  static size_t Padded(size_t count) { return (count + 2 * kLanes - 1) / (2 * kLanes) * (2 * kLanes); }
};

// Turns a field of complex vectors, [group][along], into a line across it: for each value of the first axis, the vector at
// `group` of the second. `order` gives the place in the line of each value; without it they stand as they come.
template <typename Lanes>
HWY_INLINE void LoadAcross(
    const float* field, size_t pitch, size_t count, size_t group, const int32_t* order, float* line) {
  const Tag d;
  if constexpr (Lanes::kPixels) {
    for (size_t first = 0; first < count; first += kLanes) {
      const float* block = field + (first / kLanes * pitch + group * kLanes) * kComplex;
      Vec re[kLanes], im[kLanes];
      for (size_t i = 0; i < kLanes; ++i) {
        re[i] = hn::Load(d, block + i * kComplex);
        im[i] = hn::Load(d, block + i * kComplex + kLanes);
      }
      Transpose(re);
      Transpose(im);
      for (size_t i = 0; i < kLanes && first + i < count; ++i)
        StoreComplex({re[i], im[i]}, line + (order ? static_cast<size_t>(order[first + i]) : first + i) * kComplex);
    }
  } else {
    for (size_t n = 0; n < count; ++n)
      StoreComplex(LoadComplex(field + (n * pitch + group) * kComplex),
                   line + (order ? static_cast<size_t>(order[n]) : n) * kComplex);
  }
}

// The same for a field of real vectors: the groups `group` and `group` + 1 become the parts of the line.
template <typename Lanes>
HWY_INLINE void LoadPairAcross(
    const float* field, size_t pitch, size_t count, size_t group, const int32_t* order, float* line) {
  const Tag d;
  if constexpr (Lanes::kPixels) {
    for (size_t first = 0; first < count; first += kLanes) {
      const float* block = field + (first / kLanes * pitch + group * kLanes) * kLanes;
      Vec re[kLanes], im[kLanes];
      for (size_t i = 0; i < kLanes; ++i) {
        re[i] = hn::Load(d, block + i * kLanes);
        im[i] = hn::Load(d, block + (kLanes + i) * kLanes);
      }
      Transpose(re);
      Transpose(im);
      for (size_t i = 0; i < kLanes && first + i < count; ++i)
        StoreComplex({re[i], im[i]}, line + (order ? static_cast<size_t>(order[first + i]) : first + i) * kComplex);
    }
  } else {
    for (size_t n = 0; n < count; ++n)
      StoreComplex(LoadComplex(field + (n * pitch + group) * kLanes),
                   line + (order ? static_cast<size_t>(order[n]) : n) * kComplex);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
