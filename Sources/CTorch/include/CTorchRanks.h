#ifndef CTORCH_RANKS_H
#define CTORCH_RANKS_H

#include "CTorchTensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Where the processes of a group find each other.
typedef struct MVTStore MVTStore;

/// Processes that compute together, each of which has a number: its rank.
typedef struct MVTGroup MVTGroup;

/// Whether this libtorch can connect processes.
bool mvt_has_ranks(void);

/// Opens a store in this process; `port` receives the one that it listens on.
GuardedStatus mvt_store_open(int64_t milliseconds, int* port, MVTStore** result);

/// Reaches a store that another process has opened.
GuardedStatus mvt_store_reach(const char* host, int port, int64_t milliseconds, MVTStore** result);

/// Frees; null is allowed.
void mvt_store_free(MVTStore* store);

/// Connects this process, as `rank` of `size`, with all others that call it on the same store.
///
/// `address` is this machine's own, and `is_interface` says that it is the name of a network interface instead. What
/// the group does later fails where another rank takes longer than `milliseconds` to take part, or has ended.
GuardedStatus mvt_group_join(MVTStore* store, const char* address, bool is_interface, int rank, int size,
                             int64_t milliseconds, MVTGroup** result);

/// Lets ranks of one machine exchange values through memory that they share, where all ranks ask for it.
///
/// `is_shared` receives whether they can; otherwise they go on through Gloo.
GuardedStatus mvt_group_share(MVTGroup* group, bool* is_shared);

/// Frees; null is allowed.
void mvt_group_free(MVTGroup* group);

/// Whether an exchange of the group has failed: there is no going on.
bool mvt_group_is_lost(const MVTGroup* group);

/// Adds up `count` numbers over the ranks, in place.
GuardedStatus mvt_group_sum(MVTGroup* group, double* values, int64_t count);

/// Writes the `count` bytes of each rank to `all`, one rank after the other.
GuardedStatus mvt_group_gather(MVTGroup* group, const uint8_t* bytes, int64_t count, uint8_t* all);

/// Gives every rank the values that rank 0 has.
GuardedStatus mvt_group_broadcast(MVTGroup* group, MVTTensor* const* tensors, int64_t count);

/// Gives every rank the mean of the ranks' values.
GuardedStatus mvt_group_average(MVTGroup* group, MVTTensor* const* tensors, int64_t count);

/// The rows of all ranks, one rank after the other, as many of each; a gradient by them is that by this rank's own.
GuardedStatus mvt_group_rows(MVTGroup* group, const MVTTensor* rows, MVTTensor** result);

#ifdef __cplusplus
}
#endif

#endif
