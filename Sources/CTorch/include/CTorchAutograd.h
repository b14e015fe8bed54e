#ifndef CTORCH_AUTOGRAD_H
#define CTORCH_AUTOGRAD_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Whether gradients are to be kept for this leaf.
GuardedStatus mvt_set_requires_gradient(MVTTensor* tensor, bool requires_gradient);

/// Adds d(tensor)/d(leaf) to the gradient of every leaf; `tensor` holds one value.
GuardedStatus mvt_backward(const MVTTensor* tensor);

/// The gradient that a leaf has gathered; writes null where there is none.
GuardedStatus mvt_gradient(const MVTTensor* tensor, MVTTensor** result);

/// Forgets the gradient of each tensor.
GuardedStatus mvt_clear_gradients(MVTTensor* const* tensors, int64_t count);

/// Turns recording for gradients on or off for this thread; returns what it was.
bool mvt_set_recording(bool recording);

/// Lets products on this thread be of an element of two bytes, MVTBFloat16 or MVTFloat16, or of float32 as ever; writes
/// what they were of.
///
/// Going back to float32 forgets the casts of weights that were kept.
GuardedStatus mvt_set_autocast(MVTElement element, MVTElement* previous);

#ifdef __cplusplus
}
#endif

#endif
