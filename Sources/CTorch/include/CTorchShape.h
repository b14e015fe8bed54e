#ifndef CTORCH_SHAPE_H
#define CTORCH_SHAPE_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The same values in another shape; shares memory where the layout allows.
GuardedStatus mvt_reshape(const MVTTensor* tensor, const int64_t* shape, int rank, MVTTensor** result);

/// The axes in the order of `axes`, in the same memory.
GuardedStatus mvt_permute(const MVTTensor* tensor, const int64_t* axes, int rank, MVTTensor** result);

/// Axes of length 1 repeated to the lengths of `shape`, in the same memory; -1 keeps a length.
GuardedStatus mvt_expand(const MVTTensor* tensor, const int64_t* shape, int rank, MVTTensor** result);

/// `count` places from `first` on along `axis`, in the same memory; a negative axis counts from the last.
GuardedStatus mvt_narrow(const MVTTensor* tensor, int64_t axis, int64_t first, int64_t count, MVTTensor** result);

/// `count` tensors one after the other along `axis`.
GuardedStatus mvt_concatenate(MVTTensor* const* tensors, int64_t count, int64_t axis, MVTTensor** result);

/// The mean along `axis`, which the result does not have.
GuardedStatus mvt_mean_along(const MVTTensor* tensor, int64_t axis, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
