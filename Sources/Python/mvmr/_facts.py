"""What the library says of itself."""

from __future__ import annotations

from ._library import library


def library_version() -> str:
    """The version of the library `libmvmr.so`, for example ``"0.2.0"``."""
    return library().version


def live_handles() -> int:
    """How many things of the library this process holds and has not freed, for tests of leaks."""
    return library().live_handles


def processor_count() -> int:
    """How many threads a call uses where `threads` is not given: one a processor that the process may use."""
    return library().processor_count
