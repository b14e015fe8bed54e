/// What the library keeps a thread and a process, for which Swift has no words. None of it is exported.
#ifndef CINTERFACE_STATE_H
#define CINTERFACE_STATE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Keeps a copy of the message for the calling thread, cut where it is longer than 4 KB, and the row it is about.
void mvi_set_error(const char* message, int64_t row);

/// The kept message of the calling thread, "" at first, and its row, -1 at first.
const char* mvi_error_message(void);
int64_t mvi_error_row(void);

/// How many forks lie between this process and the one that loaded the library: 0 in that one.
int64_t mvi_generation(void);

/// Locks and unlocks what all handles are looked up in. A fork waits for the lock, so that the child finds it open.
void mvi_lock(void);
void mvi_unlock(void);

/// Runs `body(context)` on a thread of its own, which nobody waits for. Returns 0, or the system's error.
int32_t mvi_start_thread(void (*body)(void*), void* context);

#ifdef __cplusplus
}
#endif

#endif
