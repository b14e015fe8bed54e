// How a row's score is bounded, and the row kept where it may be among the nearest.
#if defined(MVK_CANDIDATES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef MVK_CANDIDATES_INL_H
#undef MVK_CANDIDATES_INL_H
#else
#define MVK_CANDIDATES_INL_H
#endif

#include <stddef.h>
#include <stdint.h>

#include "CKernelsTopK.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Ints = hn::RebindToSigned<Floats>;

// Writes a whole vector, what is kept first. Zen 4 takes over a hundred cycles for an instruction that compresses into
// memory, and a few for one into a register.
template <class D, class M>
HWY_INLINE void Append(D d, hn::Vec<D> values, M keep, hn::TFromD<D>* to) {
  hn::StoreU(hn::Compress(values, keep), d, to);
}

// Keeps the rows of a vector for `query` whose scores may reach its threshold, among those `valid`. Returns whether the
// query's room is nearly full: an append writes a whole vector, so room for one must be left beyond the next panel's.
template <class M>
HWY_INLINE bool Keep(const mvk_query_block* block, size_t query, hn::Vec<Ints> products, hn::Vec<Floats> factor,
                     hn::Vec<Floats> slack, hn::Vec<Floats> offset, hn::Vec<Ints> number, M valid) {
  const Floats d;
  const Ints di;
  const auto scale = hn::Set(d, block->scale[query]);
  const auto upper = hn::MulAdd(hn::ConvertTo(d, products), factor, hn::MulAdd(scale, offset, slack));
  const auto keep = hn::And(hn::Ge(upper, hn::Set(d, block->threshold[query])), valid);
  if (HWY_LIKELY(hn::AllFalse(d, keep))) return false;
  const size_t place = query * block->capacity + block->counts[query];
  // lower = upper - 2 slack - 2e-6 scale |offset|; offsets are never positive.
  const auto lower =
      hn::MulAdd(hn::Mul(scale, offset), hn::Set(d, 2e-6f), hn::NegMulAdd(slack, hn::Set(d, 2.0f), upper));
  Append(d, upper, keep, block->upper + place);
  Append(d, lower, keep, block->lower + place);
  Append(di, number, hn::RebindMask(di, keep), block->rows + place);
  block->counts[query] += static_cast<int32_t>(hn::CountTrue(d, keep));
  return block->counts[query] + 3 * hn::Lanes(d) > block->capacity;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#endif
