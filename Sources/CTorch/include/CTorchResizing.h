#ifndef CTORCH_RESIZING_H
#define CTORCH_RESIZING_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Kinds of bicubic interpolation, as torch.nn.functional.interpolate has them.
typedef enum MVTBicubic { MVTBicubicPlain = 0, MVTBicubicAntialiased = 1, MVTBicubicAlignedCorners = 2 } MVTBicubic;

/// A map N x C x H x W at another size, by bicubic interpolation.
///
/// Places are found by the factors, where they are above 0, and by the ratio of the sizes otherwise.
GuardedStatus mvt_resize_bicubic(const MVTTensor* map, int64_t height, int64_t width, MVTBicubic kind,
                                 double height_factor, double width_factor, MVTTensor** result);

/// Square average-pooling with a stride as long as its kernel; a rest at the edge is left out.
GuardedStatus mvt_average_pool2d(const MVTTensor* map, int64_t kernel, MVTTensor** result);

/// Every `stride`-th pixel of a map, with `channels` channels of zeros before its own and as many after them.
///
/// The map may be in blocks of 16 channels, and the result is then.
GuardedStatus mvt_pad_channels(const MVTTensor* map, int64_t stride, int64_t channels, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
