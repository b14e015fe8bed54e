#ifndef CTORCH_SCRIPT_H
#define CTORCH_SCRIPT_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A network that is being written as TorchScript: weights within modules, and functions in its source.
typedef struct MVTScript MVTScript;

/// Begins a network whose class is called `name`.
GuardedStatus mvt_script_create(const char* name, MVTScript** result);

/// Frees; null is allowed.
void mvt_script_free(MVTScript* script);

/// Adds a copy of a tensor under a name with dots, whose parts but the last become modules.
GuardedStatus mvt_script_add(MVTScript* script, const char* name, const MVTTensor* tensor, bool is_parameter);

/// Adds functions in TorchScript's own language; `self` is the network.
GuardedStatus mvt_script_define(MVTScript* script, const char* source);

/// Writes what torch.jit.load reads, and beside the network a text under `name`, which the network does not see.
GuardedStatus mvt_script_save(const MVTScript* script, const char* path, const char* name, const char* text);

#ifdef __cplusplus
}
#endif

#endif
