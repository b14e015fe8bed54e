#ifndef CTORCH_EXCHANGE_H
#define CTORCH_EXCHANGE_H

#include "CTorchRanks.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What adds up gradients over the ranks while a backward pass still computes others.
typedef struct MVTExchange MVTExchange;

/// Prepares it for `count` leaves, in the order of the layers, as every rank of the group does.
GuardedStatus mvt_exchange_create(MVTGroup* group, MVTTensor* const* tensors, int64_t count, MVTExchange** result);

/// Frees; null is allowed.
void mvt_exchange_free(MVTExchange* exchange);

/// Lets the next backward pass send each gradient when it is there; those of earlier passes are in it.
GuardedStatus mvt_exchange_begin(MVTExchange* exchange);

/// Waits for the sums, times `factor`, and makes them the gradients; leaves without a gradient keep none.
GuardedStatus mvt_exchange_finish(MVTExchange* exchange, double factor);

#ifdef __cplusplus
}
#endif

#endif
