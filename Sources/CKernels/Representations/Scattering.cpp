// Targets that have nothing over the next lower one that this code would use.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)

// What follows foreach_target.h is compiled once a target, so the order matters.
// clang-format off
#include "CKernelsScattering.h"
#include "ScatteringPlan.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "Representations/Scattering.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "Scattering-inl.h"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace mvk {
namespace HWY_NAMESPACE {

template <typename Pixel>
bool RunPlanes(const mvk_scattering_plan& plan, const Pixel* pixels, size_t planes, size_t channels, float* out) {
  ScatteringRun run(plan);
  if (!run.Ready()) return false;
  for (size_t plane = 0; plane < planes; ++plane) run.Run(pixels, channels, plane, out + plane * plan.Values());
  return true;
}

bool RunBytes(const mvk_scattering_plan& plan, const uint8_t* pixels, size_t planes, size_t channels, float* out) {
  return RunPlanes(plan, pixels, planes, channels, out);
}

bool RunFloats(const mvk_scattering_plan& plan, const float* pixels, size_t planes, size_t channels, float* out) {
  return RunPlanes(plan, pixels, planes, channels, out);
}

// kLanes transforms at a time.
bool FourierLines(const FourierPlan& plan, size_t count, bool forward, float* real, float* imaginary) {
  const size_t length = plan.length, line = length * kComplex;
  const auto memory = hwy::AllocateAligned<float>(6 * line + 8 * kComplex);
  if (!memory) return false;
  float *from = memory.get(), *spare = from + line, *to = spare + line, *pairs = to + line;
  const std::vector<int32_t>& in = forward ? plan.sample : plan.frequency;
  const std::vector<int32_t>& out = forward ? plan.frequency : plan.sample;
  for (size_t first = 0; first < count; first += kLanes) {
    std::fill_n(from, line, 0.0f);
    const size_t lanes = std::min(count - first, kLanes);
    for (size_t lane = 0; lane < lanes; ++lane)
      for (size_t n = 0; n < length; ++n) {
        float* value = from + static_cast<size_t>(in[n]) * kComplex + lane;
        value[0] = real[(first + lane) * length + n];
        value[kLanes] = imaginary[(first + lane) * length + n];
      }
    if (forward)
      Transform<true>(plan, from, spare, to, pairs);
    else
      Transform<false>(plan, from, spare, to, pairs);
    for (size_t lane = 0; lane < lanes; ++lane)
      for (size_t n = 0; n < length; ++n) {
        const float* value = to + static_cast<size_t>(out[n]) * kComplex + lane;
        real[(first + lane) * length + n] = value[0];
        imaginary[(first + lane) * length + n] = value[kLanes];
      }
  }
  return true;
}

}  // namespace HWY_NAMESPACE
}  // namespace mvk
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mvk {
HWY_EXPORT(RunBytes);
HWY_EXPORT(RunFloats);
HWY_EXPORT(FourierLines);

// The place in the tables above of the best of `targets`.
static size_t TableIndex(int64_t targets) {
  if ((HWY_TARGETS & (HWY_TARGETS - 1)) == 0) return 0;  // compiled for one alone
  if (targets == 0) return hwy::GetChosenTarget().GetIndex();
  hwy::ChosenTarget chosen;
  chosen.Update(targets & hwy::SupportedTargets());
  return chosen.GetIndex();
}
}  // namespace mvk

int mvk_scattering_run(const mvk_scattering_plan* plan, const uint8_t* bytes, const float* floats, size_t images,
                       size_t channels, float* out, int64_t targets) {
  const size_t planes = images * channels, index = mvk::TableIndex(targets);
  return bytes != nullptr ? mvk::HWY_DISPATCH_TABLE(RunBytes)[index](*plan, bytes, planes, channels, out)
                          : mvk::HWY_DISPATCH_TABLE(RunFloats)[index](*plan, floats, planes, channels, out);
}

int mvk_fourier_lines(size_t length, size_t count, int forward, float* real, float* imaginary, int64_t targets) {
  try {
    return mvk::HWY_DISPATCH_TABLE(FourierLines)[mvk::TableIndex(targets)](mvk::FourierPlan(length), count,
                                                                           forward != 0, real, imaginary);
  } catch (...) {
    return 0;
  }
}
#endif
