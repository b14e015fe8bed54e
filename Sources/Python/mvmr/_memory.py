"""Memory for batches that is used again when nobody holds it any more."""

from __future__ import annotations

import math
import mmap
import sys
import threading
from typing import Any, List, Tuple

import numpy as np

#: Below so many bytes the allocator is as good: it gives back what it has.
_SMALLEST = 1 << 16
_HUGE_PAGE = 1 << 21


def _holders(blocks: List[Any], index: int) -> int:
    """How many hold a block; those who look are among them."""
    return sys.getrefcount(blocks[index])


def _counts_holders() -> bool:
    """Whether this interpreter knows at once who holds an object."""
    threaded = getattr(sys, "_is_gil_enabled", None)
    return hasattr(sys, "getrefcount") and (threaded is None or bool(threaded()))


#: What `_holders` says of a block that nobody was given.
_NOBODY = _holders([object()], 0) if _counts_holders() else -1


class Recycler:
    """Gives float32 memory, used memory first: fresh pages cost as much as what is copied into them.

    A block is free when nobody holds it but this object, which is looked up when memory is wanted: nothing happens as
    arrays, views and tensors are let go, where a Ctrl-C would be lost. Objects may be used by several threads at once.
    """

    #: How many blocks are remembered, of the size of a batch: those that a loop and a loader hold at once.
    kept = 6

    def __init__(self) -> None:
        self._blocks: List[Any] = []
        self._lock = threading.Lock()

    def empty(self, shape: Tuple[int, ...]) -> np.ndarray:
        """Memory of a shape, whatever it holds. What is made of it holds its block: NumPy's views, tensors."""
        size = 4 * math.prod(shape)
        if size < _SMALLEST or _NOBODY < 0:
            return np.empty(shape, np.float32)
        array: np.ndarray = np.ndarray(shape, np.float32, self._block(size))
        return array

    def _block(self, size: int) -> Any:
        # Who finds another thread at it, perhaps one that a fork has left behind, does without.
        if not self._lock.acquire(blocking=False):
            return _fresh(size)
        try:
            for index in reversed(range(len(self._blocks))):
                if _holders(self._blocks, index) == _NOBODY and len(self._blocks[index]) >= size:
                    return self._blocks[index]
            block = _fresh(size)
            self._blocks.append(block)
            del self._blocks[: -self.kept]
            return block
        finally:
            self._lock.release()

    def __reduce__(self) -> Any:
        return (Recycler, ())


def _fresh(size: int) -> Any:
    """Pages of this process alone, large ones where the system has them."""
    whole = max(1, size if size <= _HUGE_PAGE // 2 else -(-size // _HUGE_PAGE) * _HUGE_PAGE)
    block = mmap.mmap(-1, whole, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if whole >= _HUGE_PAGE and hasattr(mmap, "MADV_HUGEPAGE"):
        try:
            block.madvise(mmap.MADV_HUGEPAGE)
        except OSError:  # a system without them
            pass
    return block
