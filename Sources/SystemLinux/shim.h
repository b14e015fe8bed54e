// Calls of Linux that Swift's own module of the C library leaves out.
#ifndef SYSTEM_LINUX_SHIM_H
#define SYSTEM_LINUX_SHIM_H

// Declared here, for 64-bit systems: with <fcntl.h>, this module would own the C library's types that it includes.
extern int fallocate(int descriptor, int mode, long offset, long length);

// Sets space aside for the first `size` bytes of a file; -1 and errno where that cannot be.
static inline int mv_linux_reserve(int descriptor, long long size) { return fallocate(descriptor, 0, 0, (long)size); }

#endif
