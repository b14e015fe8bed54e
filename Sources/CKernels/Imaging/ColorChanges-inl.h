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
/// The blend with black.
HWY_INLINE VF Scaled(VF value, VF factor) {
  return hn::Floor(hn::Min(hn::Max(hn::Mul(factor, value), Number(0)), Number(255)));
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
  const VF one = Number(1);
  const VF lower = hn::Min(p.r, p.g), upper = hn::Max(p.r, p.g);
  const VF most = hn::Max(upper, p.b), least = hn::Min(lower, p.b), middle = hn::Max(lower, hn::Min(upper, p.b));
  const VF range = hn::Sub(most, least);
  const VF share = hn::Div(hn::Sub(most, middle), hn::Max(range, one));
  // A whole quotient is not rounded, and any other is far from a whole number.
  const VF saturation = hn::Floor(hn::Div(hn::Mul(range, Number(255)), hn::Max(most, one)));

  // The largest channel decides from where on the circle the share counts, and the smallest in which direction.
  const auto is_red = hn::Eq(most, p.r), is_green = hn::Eq(most, p.g);
  const auto is_back = hn::Eq(hn::IfThenElse(is_red, p.b, hn::IfThenElse(is_green, p.r, p.g)), least);
  const VF third = hn::IfThenZeroElse(is_red, hn::IfThenElse(is_green, Number(2), Number(4)));
  const VF start = hn::Add(third, hn::IfThenElse(is_back, one, Number(-1)));
  const VF sixths = hn::Add(start, hn::IfThenElse(is_back, hn::Neg(share), share));
  const VF cut = hn::Div(sixths, Number(6));
  const VF circle = hn::Add(cut, hn::IfThenElseZero(hn::Lt(sixths, Number(0)), one));
  const VF turned = hn::Add(CutByte(circle), turn);
  const VF hue = hn::Sub(turned, hn::IfThenElseZero(hn::Ge(turned, Number(256)), Number(256)));

  // Back: what each channel falls short of the largest, in 85ths of the saturation. All numbers are whole and below
  // 2^24 until the last product, which has no halves to round.
  const VF twice = hn::Add(hue, hue), value = hn::Add(most, most);
  const VF whole = hn::MulAdd(value, Number(21675), Number(21675)), part = hn::Mul(value, saturation);
  const auto channel = [&](VF fall) HWY_ATTR {
    const VF within = hn::Min(hn::Max(fall, Number(0)), Number(85));
    return hn::Floor(hn::Mul(hn::NegMulAdd(part, within, whole), Number(1.0f / 43350)));
  };
  return {channel(hn::Sub(Number(170), hn::Abs(hn::Sub(twice, Number(255))))),
          channel(hn::Sub(hn::Abs(hn::Sub(twice, Number(170))), Number(85))),
          channel(hn::Sub(hn::Abs(hn::Sub(twice, Number(340))), Number(85)))};
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
