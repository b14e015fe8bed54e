#ifndef CTORCH_OPERATIONS_H
#define CTORCH_OPERATIONS_H

#include "CTorchRanks.h"
#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Operations of two tensors; shapes broadcast as in PyTorch.
typedef enum MVTBinary { MVTAdd = 0, MVTSubtract = 1, MVTMultiply = 2, MVTDivide = 3, MVTMatrixMultiply = 4 } MVTBinary;

/// Operations of one tensor.
typedef enum MVTUnary {
  MVTSum = 0,
  MVTMean = 1,
  MVTTranspose = 2,
  MVTSquareRoot = 3,
  MVTGlobalAveragePool = 4,
  MVTChannelsLast = 5,
  MVTFloat = 6,
  MVTNormalizeRows = 7,
  /// x times the normal distribution function of x.
  MVTGelu = 8,
  /// x times the logistic function of 1.702 x.
  MVTQuickGelu = 9,
  /// x times the logistic function of x.
  MVTSilu = 10,
  MVTSquare = 11,
  /// max(0, x).
  MVTRelu = 12,
  /// The values on the diagonal of a matrix.
  MVTDiagonal = 13,
  /// All other values of a square matrix.
  MVTOffDiagonal = 14,
  /// A square matrix with minus infinity on its diagonal.
  MVTMaskDiagonal = 15
} MVTUnary;

GuardedStatus mvt_binary(MVTBinary operation, const MVTTensor* left, const MVTTensor* right, MVTTensor** result);
GuardedStatus mvt_unary(MVTUnary operation, const MVTTensor* tensor, MVTTensor** result);

/// tensor * factor + offset.
GuardedStatus mvt_affine(const MVTTensor* tensor, double factor, double offset, MVTTensor** result);

/// `count` rows from `first` on, along the first axis, in the same memory.
GuardedStatus mvt_rows(const MVTTensor* tensor, int64_t first, int64_t count, MVTTensor** result);

/// relu(left + right), written over `left` where nothing else needs it.
GuardedStatus mvt_add_relu(const MVTTensor* left, const MVTTensor* right, MVTTensor** result);

/// Square-kernel convolution without bias, N x C x H x W.
///
/// With `blocks` the result is in blocks of 16 channels, N x C/16 x H x W x 16, as it is where the input is; such a map
/// goes on through convolutions, normalization in training, max-pooling, sums and the average over all pixels.
GuardedStatus mvt_conv2d(const MVTTensor* input, const MVTTensor* weight, int64_t stride, int64_t padding, bool blocks,
                         MVTTensor** result);

/// Batch normalization over axis 1; `relu` applies max(0, x) to the result.
///
/// In training (`views` above 0) it uses the statistics of each of `views` equal parts of the batch, and updates the
/// running ones in place, part by part. With a group (null for none) a part is that of all its ranks.
GuardedStatus mvt_batch_norm(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias,
                             MVTTensor* running_mean, MVTTensor* running_variance, int64_t views, MVTGroup* group,
                             double momentum, double epsilon, bool relu, MVTTensor** result);

/// Square max-pooling.
GuardedStatus mvt_max_pool2d(const MVTTensor* input, int64_t kernel, int64_t stride, int64_t padding,
                             MVTTensor** result);

/// input * weight^T + bias; `bias` may be null.
GuardedStatus mvt_linear(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
