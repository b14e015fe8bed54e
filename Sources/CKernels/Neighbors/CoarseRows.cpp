#include <math.h>
#include <string.h>

#include "CKernelsCoarseScreen.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Neighbors/CoarseRows.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Neighbors/CoarseProducts-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

int IsFast() { return HasWideProducts() || HasShortProducts(); }

size_t CountBiases(size_t quads) { return Biases(quads); }

// The largest norm of what is summed in one 16-bit sum: half of the values of `kShortQuads` quadruples.
HWY_INLINE float LargestShortNorm(const int16_t* row, const int16_t* mean, size_t count) {
  const Floats d;
  const Ints di;
  const hn::Rebind<int16_t, Floats> d16;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN float squares[HWY_LANES(float)];
  float most = 0;
  for (size_t start = 0; start < count; start += 4 * kShortQuads) {
    auto sum = hn::Zero(d);
    const size_t end = HWY_MIN(count, start + 4 * kShortQuads);
    for (size_t i = start; i < end; i += lanes) {
      const auto middle = hn::PromoteTo(di, hn::LoadU(d16, mean + i));
      const auto rest = hn::ConvertTo(d, hn::Sub(hn::PromoteTo(di, hn::LoadU(d16, row + i)), middle));
      sum = hn::MulAdd(rest, rest, sum);
    }
    hn::Store(sum, d, squares);
    float halves[2] = {};
    for (size_t lane = 0; lane < lanes; ++lane) halves[lane / 2 % 2] += squares[lane];
    most = HWY_MAX(most, HWY_MAX(halves[0], halves[1]));
  }
  return sqrtf(most);
}

void Coarsen(const int16_t* row, const int16_t* mean, size_t count, int is_train, int8_t* coarse,
             mvk_coarse_row* made) {
  const Floats d;
  const Ints di;
  const hn::Rebind<int16_t, Floats> d16;
  const hn::Rebind<int8_t, Floats> d8;
  const size_t lanes = hn::Lanes(d);
  auto most = hn::Set(di, 1);
  for (size_t i = 0; i < count; i += lanes) {
    const auto rest = hn::Sub(hn::PromoteTo(di, hn::LoadU(d16, row + i)), hn::PromoteTo(di, hn::LoadU(d16, mean + i)));
    most = hn::Max(most, hn::Abs(rest));
  }
  float step = static_cast<float>(hn::GetLane(hn::MaxOfLanes(di, most)));
  if (HasShortProducts()) {
    // Two products then fit 16 bits: 2 x 127 x 127. So do the sums, without what train rows are raised by: norms of
    // what they add are at most 127 and 255, of which rounding adds half a root of 16.
    const float norm = LargestShortNorm(row, mean, count);
    step = HWY_MAX(step / (is_train ? 63.0f : 127.0f), norm / (is_train ? 124.9f : 252.9f));
  } else {
    step /= 127.0f;
  }
  step *= 1.00001f;
  // Of 16 bits, rounded up: whole multiples of it, and what rounding to them loses, are exact in float32.
  uint32_t bits;
  memcpy(&bits, &step, 4);
  bits = (bits + 0xff) & ~0xffu;
  memcpy(&step, &bits, 4);
  const auto steps = hn::Set(d, step), inverse = hn::Set(d, 1 / step);
  double lost = 0, norm = 0, rest_of_mean = 0;
  // Sums of 16 terms in float32 are off by at most a millionth of the terms' magnitudes.
  for (size_t start = 0; start < count; start += 16 * lanes) {
    auto lost_here = hn::Zero(d), norm_here = hn::Zero(d), rest_here = hn::Zero(d);
    const size_t end = HWY_MIN(count, start + 16 * lanes);
    for (size_t i = start; i < end; i += lanes) {
      const auto middle = hn::PromoteTo(di, hn::LoadU(d16, mean + i));
      const auto rest = hn::ConvertTo(d, hn::Sub(hn::PromoteTo(di, hn::LoadU(d16, row + i)), middle));
      const auto nearest = hn::NearestInt(hn::Mul(rest, inverse));
      const auto gap = hn::Sub(rest, hn::Mul(hn::ConvertTo(d, nearest), steps));
      lost_here = hn::MulAdd(gap, gap, lost_here);
      norm_here = hn::MulAdd(rest, rest, norm_here);
      rest_here = hn::MulAdd(rest, hn::ConvertTo(d, middle), rest_here);
      hn::StoreU(hn::DemoteTo(d8, nearest), d8, coarse + i);
    }
    lost += hn::GetLane(hn::SumOfLanes(d, lost_here));
    norm += hn::GetLane(hn::SumOfLanes(d, norm_here));
    rest_of_mean += hn::GetLane(hn::SumOfLanes(d, rest_here));
  }
  made->step = step;
  made->lost = static_cast<float>(sqrt(lost) * 1.00001);
  made->norm = static_cast<float>(sqrt(norm) * 1.00001);
  made->kept = made->norm + made->lost;
  made->rest = rest_of_mean;
}

void PackTrain(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed) {
  const size_t width = 2 * hn::Lanes(Floats());
  // Values with their highest bit turned are raised by 128.
  const uint32_t lowered = 0x01010101u * static_cast<uint32_t>(128 - Raise());
  for (size_t row = 0; row < width; ++row) {
    char* to = reinterpret_cast<char*>(packed) + row * 4;
    const char* from = reinterpret_cast<const char*>(rows + row * stride);
    for (size_t quad = 0; quad < quads; ++quad, to += width * 4, from += 4) {
      uint32_t values = 0;
      if (row < count) memcpy(&values, from, 4);
      values = (values ^ 0x80808080u) - lowered;
      memcpy(to, &values, 4);
    }
  }
}

void PackQueries(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed, int32_t* bias) {
  const bool is_short = HasShortProducts();
  const int32_t raise = Raise();
  const size_t biases = Biases(quads);
  memset(packed, 0, kStrip * 4 * quads);
  memset(bias, 0, kStrip * biases * sizeof(int32_t));
  for (size_t row = 0; row < count; ++row) {
    const int8_t* from = rows + row * stride;
    for (size_t quad = 0; quad < quads; ++quad, from += 4) {
      memcpy(packed + (quad * kStrip + row) * 4, from, 4);
      if (is_short) {
        int16_t halves[2];
        int32_t* own = bias + quad / kShortQuads * kStrip + row;
        memcpy(halves, own, 4);
        // Of 16 bits, beyond which they may pass.
        halves[0] = static_cast<int16_t>(halves[0] - raise * (from[0] + from[1]));
        halves[1] = static_cast<int16_t>(halves[1] - raise * (from[2] + from[3]));
        memcpy(own, halves, 4);
      } else {
        bias[row] -= raise * (from[0] + from[1] + from[2] + from[3]);
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(IsFast);
HWY_EXPORT(CountBiases);
HWY_EXPORT(Coarsen);
HWY_EXPORT(PackTrain);
HWY_EXPORT(PackQueries);
}  // namespace mvk

int mvk_coarse_is_fast(void) { return HWY_DYNAMIC_DISPATCH(mvk::IsFast)(); }

size_t mvk_coarse_biases(size_t quads) { return HWY_DYNAMIC_DISPATCH(mvk::CountBiases)(quads); }

void mvk_coarsen(const int16_t* row, const int16_t* mean, size_t count, int is_train, int8_t* coarse,
                 mvk_coarse_row* made) {
  HWY_DYNAMIC_DISPATCH(mvk::Coarsen)(row, mean, count, is_train, coarse, made);
}

void mvk_coarse_pack_train(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed) {
  HWY_DYNAMIC_DISPATCH(mvk::PackTrain)(rows, stride, count, quads, packed);
}

void mvk_coarse_pack_queries(const int8_t* rows, size_t stride, size_t count, size_t quads, int8_t* packed,
                             int32_t* bias) {
  HWY_DYNAMIC_DISPATCH(mvk::PackQueries)(rows, stride, count, quads, packed, bias);
}
#endif
