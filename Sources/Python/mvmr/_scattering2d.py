"""`Scattering2D` as kymatio's front ends have it, over this package's scattering."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from ._arguments import thread_count


class Backend:
    """What kymatio calls a backend: here there is one for each front end."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<backend {self.name!r} of mvmr>"


def padded_sides(shape: Tuple[int, int], scales: int) -> Tuple[int, int]:
    """The sides of the plane that images of `shape` are padded to."""
    step = 2**scales
    height, width = ((side // step + 2) * step for side in shape)
    return height, width


def paths(scales: int, angles: int, order: int) -> List[Dict[str, Tuple[int, ...]]]:
    """What each coefficient went through, in the order of the output: scales j, wavelets n, angles theta."""
    wavelets = [(j, theta) for j in range(scales) for theta in range(angles)]
    found: List[Dict[str, Tuple[int, ...]]] = [{"j": (), "n": (), "theta": ()}]
    for n, (j, theta) in enumerate(wavelets):
        found.append({"j": (j,), "n": (n,), "theta": (theta,)})
    if order == 2:
        for n1, (j1, theta1) in enumerate(wavelets):
            for n2, (j2, theta2) in enumerate(wavelets):
                if j2 > j1:
                    found.append({"j": (j1, j2), "n": (n1, n2), "theta": (theta1, theta2)})
    return found


class ScatteringBase2D:
    """What the front ends share: their parameters, checks, and the transform of float32 planes."""

    frontend_name = ""
    _array = ""
    _plural = ""

    def __init__(
        self,
        J: int,
        shape: Tuple[int, int],
        L: int = 8,
        max_order: int = 2,
        pre_pad: bool = False,
        backend: Any = None,
        out_type: str = "array",
        threads: Optional[int] = None,
    ) -> None:
        """Makes the filters of a size.

        Parameters
        ----------
        J : int
            Coefficients are averaged over 2^J pixels, 1...10.
        shape : tuple of int
            (height, width) of images, before padding.
        L : int, default 8
            Wavelet angles over half a turn, 1...64.
        max_order : {1, 2}, default 2
            Wavelet moduli in sequence, at most.
        pre_pad : bool, default False
            Whether images are padded already, to ((height // 2^J + 2) 2^J, ...); else they are mirrored at the borders.
        backend : str or object, optional
            Taken for kymatio's sake; there is one for each front end.
        out_type : {"array", "list"}, default "array"
            Whether the result is one array, or a list of dicts with `coef`, `j`, `n` and `theta` each.
        threads : int, optional
            Threads of the library's kernel; None for every processor.

        Raises
        ------
        RuntimeError
            For images smaller than 2^J.
        ImportError
            For a backend of another front end.
        """
        super().__init__()
        # Numbers may come as arrays without axes, as NumPy's files give them.
        self.J = int(J)
        self.L = int(L)
        self.max_order = int(max_order)
        self.pre_pad = bool(pre_pad)
        self.out_type = out_type
        self.threads = None if threads is None else thread_count(threads)
        if len(shape) != 2:
            raise ValueError(f"shape {shape!r} is not (height, width)")
        self.shape = (int(shape[0]), int(shape[1]))
        self.backend = self._checked_backend(backend)
        if 2**self.J > min(self.shape):
            raise RuntimeError(
                f"The smallest dimension should be larger than 2^J: shape is {self.shape}, 2^J = {2**self.J}."
            )
        self._M_padded, self._N_padded = padded_sides(self.shape, self.J)
        from .representations import create

        self._scattering = create("scattering", J=self.J, L=self.L, order=self.max_order, pre_pad=self.pre_pad)
        # Now rather than at the first image: settings out of range, and the filters of this size are made by it.
        self._row = self._scattering.layout(self._plane)

    @property
    def _plane(self) -> Tuple[int, int]:
        return (self._M_padded, self._N_padded) if self.pre_pad else self.shape

    def _checked_backend(self, backend: Any) -> Any:
        if backend is None:
            return Backend(self.frontend_name)
        name = backend if isinstance(backend, str) else getattr(backend, "name", repr(backend))
        if not str(name).startswith(self.frontend_name):
            if isinstance(backend, str):
                raise ImportError(f"The backend {name} can not be called from the frontend {self.frontend_name}.")
            raise ImportError(f"The backend {name} is not supported by the frontend {self.frontend_name}.")
        return Backend(self.frontend_name) if isinstance(backend, str) else backend

    def _check(self, shape: Tuple[int, ...]) -> None:
        if len(shape) < 2:
            raise RuntimeError(f"Input {self._array} must have at least two dimensions, it has shape {tuple(shape)}.")
        if tuple(shape[-2:]) != self._plane:
            kind = f"Padded {self._array}" if self.pre_pad else self._plural
            raise RuntimeError(
                f"{kind} must be of spatial size ({self._plane[0]},{self._plane[1]}), it is of "
                f"({shape[-2]},{shape[-1]})."
            )
        if self.out_type not in ("array", "list"):
            raise RuntimeError(f"The out_type must be one of 'array' or 'list', not {self.out_type!r}.")

    def _transform(self, planes: np.ndarray) -> np.ndarray:
        """float32 (..., M, N) to (..., coefficients, m, n)."""
        batch = planes.shape[:-2]
        flat = planes.reshape((-1, *planes.shape[-2:]))
        rows = np.empty((len(flat), self._row.count), np.float32)
        self._scattering(flat, layout="NHW", threads=self.threads, out=rows)
        return rows.reshape((*batch, *self._row.shape[1:]))

    def _listed(self, coefficients: Any) -> List[Dict[str, Any]]:
        return [
            {"coef": coefficients[..., index, :, :], **path}
            for index, path in enumerate(paths(self.J, self.L, self.max_order))
        ]

    @property
    def M(self) -> int:
        """The height of images."""
        return self.shape[0]

    @property
    def N(self) -> int:
        """The width of images."""
        return self.shape[1]

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(J={self.J}, shape={self.shape}, L={self.L}, max_order={self.max_order}, "
            f"pre_pad={self.pre_pad}, out_type={self.out_type!r})"
        )
