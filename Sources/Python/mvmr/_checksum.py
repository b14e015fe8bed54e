"""The checksum of what this package writes: CRC-32C (Castagnoli), over NumPy."""

from __future__ import annotations

import functools
from typing import List, Tuple

import numpy as np

_POLYNOMIAL = 0x82F63B78
#: What is copied at a time.
_PIECE = 1 << 24
#: How many stretches of a piece are gone through side by side, at most.
_LANES = 1 << 14


def crc32c(data: "bytes | memoryview") -> int:
    """The checksum of bytes, as `mvk_crc32c(0, ...)` of the library gives it."""
    view, register = memoryview(data), 0xFFFFFFFF
    for start in range(0, len(view), _PIECE):
        register = _advanced(register, view[start : start + _PIECE])
    return register ^ 0xFFFFFFFF


def _advanced(register: int, data: memoryview) -> int:
    """The register after further bytes."""
    if len(data) < 4096:
        table = _bytes()
        for byte in data:
            register = table[(register ^ byte) & 255] ^ (register >> 8)
        return register
    # The register is linear in the bytes: lanes of equal length start from zero each and are joined afterwards. Zeros
    # in front change nothing, and what the register was is as good as added to the first four bytes.
    lanes = min(_LANES, 1 << (len(data) >> 6).bit_length() - 1)
    steps = -(-len(data) // (4 * lanes))
    padded = np.zeros(4 * lanes * steps, np.uint8)
    padded[len(padded) - len(data) :] = np.frombuffer(data, np.uint8)
    first = padded[len(padded) - len(data) :][:4]
    first ^= np.frombuffer(register.to_bytes(4, "little"), np.uint8)
    words = np.ascontiguousarray(padded.view("<u4").reshape(lanes, steps).T).astype(np.uint32, copy=False)
    low, high = _halves()
    state = np.zeros(lanes, np.uint32)
    for word in words:
        state ^= word
        state = low[state & 0xFFFF] ^ high[state >> 16]
    shift = _zeros(4 * steps)
    while len(state) > 1:
        state = _applied(shift, state[::2]) ^ state[1::2]
        shift = [_image(shift, column) for column in shift]
    return int(state[0])


@functools.lru_cache(maxsize=None)
def _bytes() -> List[int]:
    """The register after a byte, by its lowest eight bits."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


@functools.lru_cache(maxsize=None)
def _halves() -> Tuple[np.ndarray, np.ndarray]:
    """The register after four bytes of zero, of its lower and of its upper half."""
    columns, halves = _zeros(4), np.arange(1 << 16, dtype=np.uint32)
    return _applied(columns, halves), _applied(columns, halves << np.uint32(16))


def _zeros(count: int) -> List[int]:
    """What so many bytes of zero make of the register: the image of each of its bits."""
    result, table = [1 << bit for bit in range(32)], _bytes()
    power = [table[(1 << bit) & 255] ^ ((1 << bit) >> 8) for bit in range(32)]
    while count:
        if count & 1:
            result = [_image(power, column) for column in result]
        power = [_image(power, column) for column in power]
        count >>= 1
    return result


def _image(columns: List[int], value: int) -> int:
    image = 0
    for bit in range(32):
        if value >> bit & 1:
            image ^= columns[bit]
    return image


def _applied(columns: List[int], values: np.ndarray) -> np.ndarray:
    images = np.zeros(len(values), np.uint32)
    for bit, column in enumerate(columns):
        images ^= (values >> np.uint32(bit) & np.uint32(1)) * np.uint32(column)
    return images
