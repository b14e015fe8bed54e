// Calls of Linux that Swift's own module of the C library leaves out.
#ifndef SYSTEM_LINUX_SHIM_H
#define SYSTEM_LINUX_SHIM_H

#include <sys/syscall.h>

// Declared here, for 64-bit systems: with <fcntl.h>, this module would own the C library's types that it includes.
extern int fallocate(int descriptor, int mode, long offset, long length);
extern long syscall(long number, ...);

// Sets space aside for the first `size` bytes of a file; -1 and errno where that cannot be.
static inline int mv_linux_reserve(int descriptor, long long size) { return fallocate(descriptor, 0, 0, (long)size); }

// A set of processors, for machines of up to 65,536.
typedef struct {
  unsigned long words[1024];
} mv_linux_processors;

// Reads the processors that this thread may run on; the set is empty where the system does not say.
static inline void mv_linux_read_allowed_processors(mv_linux_processors* set) {
  // The system call, not the C library's, which fails where a machine has more processors than its type holds.
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof set->words, set->words);
  for (long word = bytes > 0 ? bytes / (long)sizeof set->words[0] : 0; word < 1024; word++) set->words[word] = 0;
}

// The number of processors in a set.
static inline int mv_linux_count_processors(const mv_linux_processors* set) {
  int count = 0;
  for (int word = 0; word < 1024; word++) count += __builtin_popcountl(set->words[word]);
  return count;
}

// Whether a set holds a processor.
static inline int mv_linux_has_processor(const mv_linux_processors* set, int number) {
  if (number < 0 || number >= 65536) return 0;
  return (int)(set->words[number / 64] >> (number % 64) & 1);
}

#endif
