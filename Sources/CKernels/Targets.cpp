#include "hwy/targets.h"

#include "CKernelsTargets.h"
#include "CKernelsTesting.h"
#include "Neighbors/PairProducts.h"
#include "hwy/highway.h"

int64_t mvk_targets(void) { return hwy::SupportedTargets() & HWY_TARGETS; }

const char* mvk_target_name(int64_t target) { return hwy::TargetName(target); }

void mvk_force_targets(int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void mvk_allow_pair_products(int allowed) { mvk::AllowPairProducts(allowed != 0); }
