// Calls of Linux that Swift's own module of the C library leaves out.
#ifndef SYSTEM_LINUX_SHIM_H
#define SYSTEM_LINUX_SHIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>

// Sets space aside for the first `size` bytes of a file; -1 and errno where that cannot be.
static inline int mv_linux_reserve(int descriptor, long long size) { return fallocate(descriptor, 0, 0, (off_t)size); }

#endif
