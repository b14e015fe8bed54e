// Colors of pixels as whole numbers 0...255 in single precision, one vector a channel.
#if defined(MVK_IMAGING_COLOR_CHANGES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_IMAGING_COLOR_CHANGES_INL_H
#undef MVK_IMAGING_COLOR_CHANGES_INL_H
#else
#define MVK_IMAGING_COLOR_CHANGES_INL_H
#endif

#include "hwy/highway.h"

#pragma clang fp contract(off)

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using VF = hn::VFromD<DF>;

HWY_INLINE VF Number(float value) { return hn::Set(DF(), value); }

struct RGB {
  VF r, g, b;
};

HWY_INLINE VF Widened(hn::VFromD<hn::Rebind<uint8_t, DF>> value) {
  return hn::ConvertTo(DF(), hn::PromoteTo(hn::Rebind<int32_t, DF>(), value));
}
/// Whole numbers 0...255 as bytes.
HWY_INLINE hn::VFromD<hn::Rebind<uint8_t, DF>> Narrowed(VF value) {
  // 2^23 more, and the number stands in the lowest bits.
  const auto bits = hn::BitCast(hn::Rebind<uint32_t, DF>(), hn::Add(value, Number(8388608.0f)));
  return hn::U8FromU32(hn::And(bits, hn::Set(hn::Rebind<uint32_t, DF>(), 255)));
}

/// ITU-R 601-2 in 16-bit fixed point, as Pillow's mode L; every step is a whole number below 2^24, so nothing is
/// rounded.
HWY_INLINE VF Luma(const RGB& p) {
  const VF sum =
      hn::MulAdd(p.r, Number(19595), hn::MulAdd(p.g, Number(38470), hn::MulAdd(p.b, Number(7471), Number(32768))));
  return hn::Floor(hn::Mul(sum, Number(1.0f / 65536)));
}

/// Pillow's blend: `factor` of `value` and the rest of `base`, cut to a byte. Product and sum are rounded apart.
HWY_INLINE VF Blend(VF base, VF value, VF factor) {
  const VF mixed = hn::Add(base, hn::Mul(factor, hn::Sub(value, base)));
  return hn::Floor(hn::Min(hn::Max(mixed, Number(0)), Number(255)));
}
HWY_INLINE RGB Blend(VF base, const RGB& p, VF factor) {
  return {Blend(base, p.r, factor), Blend(base, p.g, factor), Blend(base, p.b, factor)};
}

/// 255 times a share 0...1, cut to a whole number as if the product were not rounded.
HWY_INLINE VF CutByte(VF share) {
  const VF whole = hn::Floor(hn::Mul(share, Number(255)));
  // The product is 256 shares less one. A rounding up to the next whole number is taken back.
  const VF rest = hn::Sub(hn::Mul(share, Number(256)), whole);
  return hn::Sub(whole, hn::IfThenElseZero(hn::Lt(rest, share), Number(1)));
}

/// Turns the hue by `turn` in Pillow's 8-bit HSV.
///
/// Pillow mixes single and double precision; that these steps in single precision give the same bytes was tried for
/// every hue, saturation and value there is, forth and back.
HWY_INLINE RGB Turned(const RGB& p, VF turn) {
  const VF most = hn::Max(hn::Max(p.r, p.g), p.b), least = hn::Min(hn::Min(p.r, p.g), p.b);
  const VF range = hn::Sub(most, least);
  const VF middle = hn::Sub(hn::Sub(hn::Add(hn::Add(p.r, p.g), p.b), most), least);
  const VF share = hn::Div(hn::Sub(most, middle), hn::Max(range, Number(1)));

  // Where the largest and the smallest channel are decides from which sixth the share counts, and in which direction.
  const auto red_most = hn::Eq(most, p.r), green_most = hn::Eq(most, p.g);
  const auto blue_least = hn::Eq(least, p.b), red_least = hn::Eq(least, p.r);
  const VF one = Number(1), three = Number(3);
  const VF start = hn::IfThenElse(
      red_most, hn::IfThenElse(blue_least, one, Number(-1)),
      hn::IfThenElse(green_most, hn::IfThenElse(red_least, three, one), hn::IfThenElse(red_least, three, Number(5))));
  const auto is_back =
      hn::Or(hn::And(red_most, blue_least),
             hn::AndNot(red_most, hn::Or(hn::And(green_most, red_least), hn::Not(hn::Or(green_most, red_least)))));
  const VF sixths = hn::IfThenElse(is_back, hn::Sub(start, share), hn::Add(start, share));
  const VF cut = hn::Div(sixths, Number(6));
  const VF circle = hn::IfThenElse(hn::Lt(sixths, Number(0)), hn::Add(one, cut), cut);
  const VF saturation = CutByte(hn::Div(range, hn::Max(most, one)));
  const VF turned = hn::Add(CutByte(circle), turn);
  const VF hue = hn::Sub(turned, hn::IfThenElseZero(hn::Ge(turned, Number(256)), Number(256)));

  // Back: the sixth, and how far into it in 85ths. All numbers are whole and below 2^24 until they are divided.
  const VF twice = hn::Add(hue, hue);
  const VF sextant = hn::Floor(hn::Mul(hn::Add(twice, Number(0.5f)), Number(1.0f / 85)));
  const VF into = hn::Sub(twice, hn::Mul(Number(85), sextant));
  const VF half = hn::Floor(hn::Mul(sextant, Number(0.5f)));
  const auto is_odd = hn::Gt(sextant, hn::Add(half, half));
  const VF fall = hn::IfThenElse(is_odd, into, hn::Sub(Number(85), into));
  const VF low = hn::Floor(hn::Mul(hn::Add(hn::Mul(hn::Add(most, most), hn::Sub(Number(255), saturation)), Number(255)),
                                   Number(1.0f / 510)));
  const VF mixed = hn::Floor(
      hn::Mul(hn::Add(hn::Mul(hn::Add(most, most), hn::Sub(Number(21675), hn::Mul(saturation, fall))), Number(21675)),
              Number(1.0f / 43350)));
  const VF place = hn::IfThenElseZero(hn::Lt(sextant, Number(6)), sextant);
  const VF from_red = hn::Abs(hn::Sub(place, Number(2.5f))), from_green = hn::Abs(hn::Sub(place, Number(1.5f))),
           from_blue = hn::Abs(hn::Sub(place, Number(3.5f)));
  const VF two = Number(2);
  return {hn::IfThenElse(hn::Gt(from_red, two), most, hn::IfThenElse(hn::Gt(from_red, one), mixed, low)),
          hn::IfThenElse(hn::Lt(from_green, one), most, hn::IfThenElse(hn::Lt(from_green, two), mixed, low)),
          hn::IfThenElse(hn::Lt(from_blue, one), most, hn::IfThenElse(hn::Lt(from_blue, two), mixed, low))};
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
