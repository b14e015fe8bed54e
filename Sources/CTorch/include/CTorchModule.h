#ifndef CTORCH_MODULE_H
#define CTORCH_MODULE_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A network as TorchScript keeps it: its code and its weights, in evaluation mode.
typedef struct MVTModule MVTModule;

/// What a network gives.
typedef enum MVTOutputKind {
  MVTOutputTensor = 0,
  MVTOutputTuple = 1,
  MVTOutputList = 2,
  MVTOutputDictionary = 3,
  MVTOutputOther = 4,
} MVTOutputKind;

/// Reads a file that torch.jit.save wrote, onto the device that tensors are made on.
GuardedStatus mvt_module_load(const char* path, MVTModule** result);

/// The operator, as "aten::gelu", for the lack of which this thread's last load failed; empty where it did not.
/// Valid until the next load on this thread.
const char* mvt_missing_operator(void);

/// Frees; null is allowed.
void mvt_module_free(MVTModule* module);

/// The module's forward pass of one tensor, without gradients. The result is float32, and left as it is where `kind`
/// is not MVTOutputTensor.
GuardedStatus mvt_module_forward(MVTModule* module, const MVTTensor* input, MVTTensor** result, MVTOutputKind* kind);

#ifdef __cplusplus
}
#endif

#endif
