"""`Scattering2D` by the name of its front end, as `kymatio.Scattering2D` has it."""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from ._scattering2d import ScatteringBase2D

_FRONTENDS = ("numpy", "torch", "sklearn")


def Scattering2D(*arguments: Any, frontend: str = "numpy", **settings: Any) -> Any:
    """The two-dimensional scattering transform in the place of `kymatio.Scattering2D`.

    Parameters
    ----------
    {parameters}
    frontend : {"numpy", "torch", "sklearn"}, default "numpy"
        What images and results are.

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
    if chosen not in _FRONTENDS:
        raise RuntimeError(
            f"The frontend '{frontend}' is not valid. Must be one of 'numpy', 'torch', or 'sklearn'; kymatio has "
            "others, which take NumPy arrays too."
        )
    given = _SETTINGS.bind(*arguments, **settings).arguments
    if chosen == "sklearn":  # whose results are always one matrix
        given.pop("out_type", None)
    front: Any = importlib.import_module(f".{chosen}", __package__)
    return front.Scattering2D(**given)


def _as_declared() -> inspect.Signature:
    """The parameters of the front ends, which one place has, put into this function's signature and docstring."""
    constructor = ScatteringBase2D.__init__
    own = inspect.signature(constructor)
    settings = own.replace(parameters=list(own.parameters.values())[1:])
    if constructor.__doc__ and Scattering2D.__doc__:  # python -OO has none
        words = inspect.cleandoc(constructor.__doc__).split("----------\n")[1].split("\n\nRaises")[0]
        Scattering2D.__doc__ = Scattering2D.__doc__.replace("{parameters}", words.replace("\n", "\n    "))
    named = inspect.signature(Scattering2D).parameters["frontend"]
    declared = settings.replace(parameters=[*settings.parameters.values(), named], return_annotation=Any)
    Scattering2D.__signature__ = declared  # type: ignore[attr-defined]
    return settings


_SETTINGS = _as_declared()
