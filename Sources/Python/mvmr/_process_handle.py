"""Objects of the library that each process opens for itself."""

from __future__ import annotations

import os
import threading
from typing import Any, Dict, Optional, Tuple

from ._library import Handle


class PerProcess:
    """Holds a handle that is opened when it is first wanted, and anew after a fork or when it was pickled.

    Several threads may want it at once; in a forked child the lock is a new one, as another thread may have held the
    old one.
    """

    def __init__(self) -> None:
        self._prepare()

    def _open(self) -> Handle:
        """Opens it in this process."""
        raise NotImplementedError

    def _prepare(self) -> None:
        self._lock = threading.Lock()
        self._lock_pid = os.getpid()
        self._opened: Optional[Tuple[int, Handle]] = None

    def _value(self) -> Optional[int]:
        """The handle's number in this process; None where it was closed meanwhile."""
        opened = self._opened
        if opened is None or opened[0] != os.getpid():
            with self._fresh_lock():
                opened = self._opened
                if opened is None or opened[0] != os.getpid():
                    opened = self._opened = (os.getpid(), self._open())
        return opened[1].value

    def _fresh_lock(self) -> threading.Lock:
        if self._lock_pid != os.getpid():
            self._lock = threading.Lock()
            self._lock_pid = os.getpid()
        return self._lock

    def _close(self) -> None:
        """Closes what this process has opened; a second time does nothing."""
        opened, self._opened = self._opened, None
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()

    def __getstate__(self) -> Dict[str, Any]:
        state = dict(self.__dict__)
        for key in ("_lock", "_lock_pid", "_opened"):
            del state[key]
        return state

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self._prepare()
        self.__dict__.update(state)
