#ifndef CKERNELS_CHECKSUM_H
#define CKERNELS_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The CRC-32C (Castagnoli, as in iSCSI and ext4) of `count` bytes.
///
/// `crc` is the sum of the bytes before them, 0 at first, so that a long text may be summed in pieces. Uses the
/// processor's own instruction where it has one.
uint32_t mvk_crc32c(uint32_t crc, const void* data, size_t count);

/// The same sum from tables alone, on any processor.
uint32_t mvk_crc32c_portable(uint32_t crc, const void* data, size_t count);

#ifdef __cplusplus
}
#endif

#endif
