#include "hwy/targets.h"

#include "CKernelsTargets.h"
#include "hwy/highway.h"

int64_t mvk_targets(void) {
  return hwy::SupportedTargets() & HWY_TARGETS;
}

void mvk_force_targets(int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
