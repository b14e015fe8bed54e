"""`Scattering2D` with kymatio's choice of front ends."""

from __future__ import annotations

from typing import Any, Optional, Tuple


def Scattering2D(
    J: int,
    shape: Tuple[int, int],
    L: int = 8,
    max_order: int = 2,
    pre_pad: bool = False,
    backend: Any = None,
    out_type: str = "array",
    *,
    frontend: str = "numpy",
    threads: Optional[int] = None,
) -> Any:
    """The two-dimensional scattering transform in the place of `kymatio.Scattering2D`.

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
        Whether images are padded already.
    backend : str or object, optional
        Taken for kymatio's sake; there is one for each front end.
    out_type : {"array", "list"}, default "array"
        Whether the result is one array, or a list of dicts.
    frontend : {"numpy", "torch", "sklearn"}, default "numpy"
        What images and results are.
    threads : int, optional
        None for every processor.

    Returns
    -------
    mvmr.numpy.Scattering2D, mvmr.torch.Scattering2D or mvmr.sklearn.Scattering2D

    Raises
    ------
    RuntimeError
        For another front end, and images smaller than 2^J.
    ImportError
        For a backend of another front end, and where PyTorch is not installed.
    """
    chosen = str(frontend).lower()
    if chosen == "numpy":
        from .numpy import Scattering2D as OfNumPy

        return OfNumPy(J, shape, L, max_order, pre_pad, backend, out_type, threads)
    if chosen == "torch":
        from .torch import Scattering2D as OfTorch

        return OfTorch(J, shape, L, max_order, pre_pad, backend, out_type, threads)
    if chosen == "sklearn":
        from .sklearn import Scattering2D as OfSklearn

        return OfSklearn(J, shape, L, max_order, pre_pad, backend)
    raise RuntimeError(
        f"The frontend '{frontend}' is not valid. Must be one of 'numpy', 'torch', or 'sklearn'; kymatio has others, "
        "which take NumPy arrays too."
    )
