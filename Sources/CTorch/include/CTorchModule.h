#ifndef CTORCH_MODULE_H
#define CTORCH_MODULE_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A network as TorchScript keeps it: its code and its weights, in evaluation mode.
typedef struct MVTModule MVTModule;

/// Reads a file that torch.jit.save wrote, onto the device that tensors are made on.
GuardedStatus mvt_module_load(const char* path, MVTModule** result);

/// Frees; null is allowed.
void mvt_module_free(MVTModule* module);

/// The module's forward pass of one tensor, in float32 and without gradients; it must give one tensor.
GuardedStatus mvt_module_forward(MVTModule* module, const MVTTensor* input, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
