"""Memory for batches that is used again when nobody holds it any more."""

from __future__ import annotations

import math
import mmap
from typing import Any, ClassVar, List, Optional, Tuple

import numpy as np

#: Below so many bytes the allocator is as good: it gives back what it has.
_SMALLEST = 1 << 16
_HUGE_PAGE = 1 << 21


class _Lease(np.ndarray):
    """An array over a block of memory, which goes home as the last who holds the array lets it go.

    Whatever is made of the array, views and tensors, holds it: the block is no array itself, at which NumPy would stop.
    """

    _home: ClassVar[Optional[List[Any]]] = None
    _block: ClassVar[Any] = None

    def __del__(self) -> None:
        home = self._home
        if home is not None:
            home.append(self._block)


class Recycler:
    """Gives float32 memory, used memory first: fresh pages cost as much as what is copied into them.

    Objects may be used by several threads at once.
    """

    #: How many blocks are kept that nobody holds: the loop's last batch, and some that are read ahead.
    kept = 4

    def __init__(self) -> None:
        self._free: List[Any] = []

    def empty(self, shape: Tuple[int, ...]) -> np.ndarray:
        """Memory of a shape, whatever it holds."""
        size = 4 * math.prod(shape)
        if size < _SMALLEST:
            return np.empty(shape, np.float32)
        block = self._block(size)
        lease: Any = np.ndarray.__new__(_Lease, shape, np.float32, block)
        lease._block, lease._home = block, self._free
        array: np.ndarray = lease
        return array

    def _block(self, size: int) -> Any:
        found = None
        while found is None:
            try:
                block = self._free.pop()
            except IndexError:
                return _fresh(size)
            found = block if len(block) >= size else None
        del self._free[self.kept :]
        return found

    def __reduce__(self) -> Any:
        return (Recycler, ())


def _fresh(size: int) -> Any:
    """Pages of this process alone, large ones where the system has them."""
    whole = -(-size // _HUGE_PAGE) * _HUGE_PAGE if size > _HUGE_PAGE // 2 else size
    block = mmap.mmap(-1, whole, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if whole >= _HUGE_PAGE and hasattr(mmap, "MADV_HUGEPAGE"):
        try:
            block.madvise(mmap.MADV_HUGEPAGE)
        except OSError:  # a system without them
            pass
    return block
