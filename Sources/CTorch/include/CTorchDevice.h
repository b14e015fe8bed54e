#ifndef CTORCH_DEVICE_H
#define CTORCH_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "CGuarded.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The CUDA devices that libtorch finds; 0 where it was built without CUDA.
int mvt_cuda_count(void);

/// Makes tensors from now on, and loads modules, on the CUDA device of this number, or on the CPU for -1.
///
/// Products of float32 are then of float32, not of TF32. With `deterministic`, libtorch takes algorithms there that
/// give the same bits in every run, as far as it has such.
GuardedStatus mvt_use_cuda(int number, bool deterministic);

/// The number of the CUDA device that tensors are made on now; -1 for the CPU.
int mvt_device_number(void);

/// Whether the device that is used has convolutions of bfloat16; false for the CPU.
bool mvt_device_bfloat16(void);

/// Bytes of the device that is used; all are 0 for the CPU, and where this libtorch does not tell.
typedef struct MVTDeviceMemory {
  /// What tensors hold.
  int64_t held;
  /// The most that they have held since mvt_forget_peak, or since the start.
  int64_t peak;
  /// What the device has.
  int64_t total;
} MVTDeviceMemory;

GuardedStatus mvt_device_memory(MVTDeviceMemory* result);

/// Begins to count the peak anew, and gives memory back that no tensor holds.
GuardedStatus mvt_forget_peak(void);

#ifdef __cplusplus
}
#endif

#endif
