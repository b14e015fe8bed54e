#ifndef CTORCH_ATTENTION_H
#define CTORCH_ATTENTION_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Layer normalization over the last axis.
GuardedStatus mvt_layer_norm(const MVTTensor* input, const MVTTensor* weight, const MVTTensor* bias, double epsilon,
                             MVTTensor** result);

/// Attention of `heads` heads: softmax(q k^T / sqrt(width / heads)) v in each, side by side.
///
/// Queries are N x M x width, keys and values N x L x width, the result N x M x width.
GuardedStatus mvt_attention(const MVTTensor* queries, const MVTTensor* keys, const MVTTensor* values, int64_t heads,
                            MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
