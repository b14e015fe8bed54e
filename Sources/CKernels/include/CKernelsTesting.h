// For tests and benchmarks alone.
#ifndef CKERNELS_TESTING_H
#define CKERNELS_TESTING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Makes the kernels use the best of these instruction sets only; 0 goes back to all. Not while kernels run.
void mvk_force_targets(int64_t targets);

/// Whether products of integers may use AVX-512 VNNI where the processor has it. Not while kernels run.
void mvk_allow_pair_products(int allowed);

#ifdef __cplusplus
}
#endif

#endif
