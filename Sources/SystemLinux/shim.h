// Calls of Linux that Swift's own module of the C library leaves out.
#ifndef SYSTEM_LINUX_SHIM_H
#define SYSTEM_LINUX_SHIM_H

#include <sys/syscall.h>

// Declared here, for 64-bit systems: with <fcntl.h>, this module would own the C library's types that it includes.
extern int fallocate(int descriptor, int mode, long offset, long length);
extern long syscall(long number, ...);

// Sets space aside for the first `size` bytes of a file; -1 and errno where that cannot be.
static inline int mv_linux_reserve(int descriptor, long long size) { return fallocate(descriptor, 0, 0, (long)size); }

// The number of processors that this thread may run on; 0 where the system does not say.
static inline int mv_linux_allowed_processors(void) {
  unsigned long mask[1024];  // for 65,536 processors
  // The system call, not the C library's, which fails where a machine has more processors than its type holds.
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long index = 0; index < bytes / (long)sizeof mask[0]; index++) count += __builtin_popcountl(mask[index]);
  return count;
}

#endif
