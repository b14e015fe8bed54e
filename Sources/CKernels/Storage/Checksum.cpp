#include "CKernelsChecksum.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace {

// The Castagnoli polynomial, lowest bit first, without its x^32.
constexpr uint32_t kPolynomial = 0x82F63B78u;

// Multiplies a register by x^8: what one zero byte does to it.
constexpr uint32_t AfterZeroByte(uint32_t crc) {
  for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? kPolynomial : 0);
  return crc;
}

// table[k][v]: the register after the byte v and then k zero bytes; eight tables take eight bytes per step.
struct ByteTables {
  uint32_t table[8][256];
  constexpr ByteTables() : table() {
    for (uint32_t value = 0; value < 256; ++value) {
      uint32_t crc = AfterZeroByte(value);
      for (int k = 0; k < 8; ++k) {
        table[k][value] = crc;
        crc = AfterZeroByte(crc);
      }
    }
  }
};
constexpr ByteTables kBytes;

uint32_t Portable(uint32_t crc, const unsigned char* p, size_t n) {
  const auto& t = kBytes.table;
  for (; n >= 8; n -= 8, p += 8) {
    crc ^= uint32_t(p[0]) | uint32_t(p[1]) << 8 | uint32_t(p[2]) << 16 | uint32_t(p[3]) << 24;
    crc = t[7][crc & 255] ^ t[6][(crc >> 8) & 255] ^ t[5][(crc >> 16) & 255] ^ t[4][crc >> 24] ^ t[3][p[4]] ^
          t[2][p[5]] ^ t[1][p[6]] ^ t[0][p[7]];
  }
  for (; n > 0; --n, ++p) crc = (crc >> 8) ^ t[0][(crc ^ *p) & 255];
  return crc;
}

#if defined(__x86_64__)

// What `length` zero bytes do to a register: the map is linear, so one table for each of the register's bytes.
struct ZeroTables {
  uint32_t table[4][256];
  explicit ZeroTables(size_t length) {
    uint32_t image[32];
    for (int bit = 0; bit < 32; ++bit) {
      uint32_t crc = 1u << bit;
      for (size_t i = 0; i < length; ++i) crc = (crc >> 8) ^ kBytes.table[0][crc & 255];
      image[bit] = crc;
    }
    for (int byte = 0; byte < 4; ++byte) {
      for (uint32_t value = 0; value < 256; ++value) {
        uint32_t crc = 0;
        for (int bit = 0; bit < 8; ++bit) crc ^= (value >> bit & 1) ? image[8 * byte + bit] : 0;
        table[byte][value] = crc;
      }
    }
  }
  uint32_t operator()(uint32_t crc) const {
    return table[0][crc & 255] ^ table[1][(crc >> 8) & 255] ^ table[2][(crc >> 16) & 255] ^ table[3][crc >> 24];
  }
};

// The instruction takes three cycles and one may start each cycle: three independent thirds of a stretch keep it busy,
// and are joined by shifting the earlier sums past the later bytes.
__attribute__((target("sse4.2"))) size_t Thirds(uint64_t* sum, const unsigned char* p, size_t n, size_t third,
                                                const ZeroTables& skip) {
  size_t taken = 0;
  uint64_t a = *sum;
  for (; n - taken >= 3 * third; taken += 3 * third, p += 3 * third) {
    uint64_t b = 0, c = 0;
    for (size_t i = 0; i < third; i += 8) {
      uint64_t x, y, z;
      memcpy(&x, p + i, 8);
      memcpy(&y, p + third + i, 8);
      memcpy(&z, p + 2 * third + i, 8);
      a = _mm_crc32_u64(a, x);
      b = _mm_crc32_u64(b, y);
      c = _mm_crc32_u64(c, z);
    }
    a = skip(skip(uint32_t(a)) ^ uint32_t(b)) ^ c;
  }
  *sum = a;
  return taken;
}

__attribute__((target("sse4.2"))) uint32_t Hardware(uint32_t crc, const unsigned char* p, size_t n) {
  constexpr size_t kLong = 4096, kShort = 256;
  static const ZeroTables skip_long(kLong), skip_short(kShort);
  uint64_t sum = crc;
  size_t taken = Thirds(&sum, p, n, kLong, skip_long);
  p += taken, n -= taken;
  taken = Thirds(&sum, p, n, kShort, skip_short);
  p += taken, n -= taken;
  for (; n >= 8; n -= 8, p += 8) {
    uint64_t x;
    memcpy(&x, p, 8);
    sum = _mm_crc32_u64(sum, x);
  }
  for (; n > 0; --n, ++p) sum = _mm_crc32_u8(uint32_t(sum), *p);
  return uint32_t(sum);
}

#endif

}  // namespace

uint32_t mvk_crc32c_portable(uint32_t crc, const void* data, size_t count) {
  return ~Portable(~crc, static_cast<const unsigned char*>(data), count);
}

uint32_t mvk_crc32c(uint32_t crc, const void* data, size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~Hardware(~crc, static_cast<const unsigned char*>(data), count);
#endif
  return mvk_crc32c_portable(crc, data, count);
}
