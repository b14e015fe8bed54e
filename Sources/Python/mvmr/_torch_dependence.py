"""Distance correlation of tensors, with autograd."""

from __future__ import annotations

import contextlib
import math
from typing import Any, ContextManager, List, NamedTuple, Optional, Tuple

import torch

from ._dependence import correlation, estimator_number

_SMALLEST_SQUARE = 1e-4


class _Side(NamedTuple):
    """One side of a distance correlation in PyTorch's operations."""

    rows: torch.Tensor  # less their mean
    distances: torch.Tensor
    centered: torch.Tensor
    square: torch.Tensor  # of `centered`; 0 where the rows do not differ
    own: torch.Tensor  # where a row meets itself


def _side(rows: torch.Tensor, unbiased: bool) -> _Side:
    count = len(rows)
    shifted = rows - rows.mean(0, keepdim=True)
    products = shifted @ shifted.T
    norms = products.diagonal()
    squares = norms[:, None] + norms[None, :] - 2 * products
    # Not a maximum: a value that is not a number must stay one.
    distances = torch.where(squares < _SMALLEST_SQUARE, torch.full_like(squares, _SMALLEST_SQUARE), squares).sqrt()
    own = torch.eye(count, dtype=torch.bool, device=rows.device)
    distances = distances.masked_fill(own, 0.0 if unbiased else math.sqrt(_SMALLEST_SQUARE))
    line, total = distances.sum(0), distances.sum()
    if unbiased:
        line, total = line / (count - 2), total / ((count - 1) * (count - 2))
    else:
        line, total = line / count, total / count**2
    centered = distances - line[:, None] - line[None, :] + total
    if unbiased:
        centered = centered.masked_fill(own, 0.0)
    square = centered.double().square().sum()
    square = torch.where(square <= 1e-10 * distances.double().square().sum(), torch.zeros_like(square), square)
    return _Side(shifted, distances, centered, square, own)


def _gradient(side: _Side, slope: torch.Tensor) -> torch.Tensor:
    """Derivatives by the distances as derivatives by the rows; a clamped distance does not move."""
    clamped = side.distances <= math.sqrt(_SMALLEST_SQUARE) * (1 + 1e-6)
    clamped = clamped | side.own
    apart = torch.where(clamped, torch.ones_like(slope), side.distances)
    pull = torch.where(clamped, torch.zeros_like(slope), (slope + slope.T) / apart)
    return pull.sum(1, keepdim=True) * side.rows - pull @ side.rows


def _as_they_are(device: torch.device) -> ContextManager[Any]:
    """Keeps automatic mixed precision from rounding products: distances are differences of large numbers."""
    try:
        return torch.autocast(device.type, enabled=False)
    except RuntimeError:  # there is none on this device
        return contextlib.nullcontext()


def _by_torch(
    x: torch.Tensor, y: torch.Tensor, unbiased: bool, wants: Tuple[bool, bool]
) -> Tuple[torch.Tensor, Optional[torch.Tensor], Optional[torch.Tensor]]:
    """The value and its gradients by PyTorch's operations, which can be differentiated once more."""
    a, b = _side(x, unbiased), _side(y, unbiased)
    some = (a.square > 0) & (b.square > 0) | a.square.isnan() | b.square.isnan()
    norm = torch.where(some, (a.square * b.square).sqrt(), torch.ones_like(a.square))
    ratio = torch.where(some, (a.centered.double() * b.centered.double()).sum() / norm, torch.zeros_like(norm))
    value = ratio if unbiased else ratio.clamp(min=0).sqrt()
    outer = torch.ones_like(value) if unbiased else 0.5 / value.clamp(min=1e-4)
    outer = torch.where(some, outer, torch.zeros_like(outer))

    def slope(own: _Side, other: _Side) -> torch.Tensor:
        safe = torch.where(own.square == 0, torch.ones_like(own.square), own.square)
        return (outer / norm).to(x.dtype) * other.centered - (outer * ratio / safe).to(x.dtype) * own.centered

    gradient_x = _gradient(a, slope(a, b)) if wants[0] else None
    gradient_y = _gradient(b, slope(b, a)) if wants[1] else None
    return value.to(x.dtype), gradient_x, gradient_y


def _computed(
    x: torch.Tensor, y: torch.Tensor, estimator: str, wants: Tuple[bool, bool], threads: Optional[int]
) -> Tuple[torch.Tensor, List[Optional[torch.Tensor]]]:
    """The value and the gradients that are wanted, by the library where it can."""
    x, y = x.detach(), y.detach()
    if x.device.type == "cpu" and x.dtype == torch.float32:
        first, second = x.contiguous().numpy(), y.contiguous().numpy()
        found, *arrays = correlation(first, second, estimator, wants, threads)
        tensors = [None if array is None else torch.from_numpy(array) for array in arrays]
        return torch.tensor(found, dtype=torch.float32), tensors
    with _as_they_are(x.device):
        value, *gradients = _by_torch(x, y, estimator == "unbiased", wants)
    return value, gradients


class _DistanceCorrelation(torch.autograd.Function):
    """The value with its gradients, which are known as soon as the value is."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, y: torch.Tensor, estimator: str, threads: Optional[int]) -> torch.Tensor:
        wants = (bool(ctx.needs_input_grad[0]), bool(ctx.needs_input_grad[1]))
        ctx.settings = estimator, wants
        ctx.threads = threads
        ctx.save_for_backward(x, y)
        value, ctx.gradients = _computed(x, y, estimator, wants, threads)
        return value

    @staticmethod
    def backward(ctx: Any, outer: torch.Tensor) -> Tuple[Optional[torch.Tensor], ...]:
        x, y = ctx.saved_tensors
        estimator, wants = ctx.settings
        if torch.is_grad_enabled():  # create_graph=True: the gradients are wanted as functions of the rows
            with _as_they_are(x.device):
                _, *known = _by_torch(x, y, estimator == "unbiased", wants)
            return (*(None if gradient is None else gradient * outer for gradient in known), None, None)
        gradients, ctx.gradients = ctx.gradients, None
        if gradients is None:  # given away by an earlier pass through a graph that was kept
            gradients = _computed(x, y, estimator, wants, ctx.threads)[1]
        return (*(None if gradient is None else gradient.mul_(outer) for gradient in gradients), None, None)


def _matrix(value: Any, what: str) -> torch.Tensor:
    tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(value)
    if tensor.dim() < 2:
        raise ValueError(f"{what} has shape {tuple(tensor.shape)}: give one row a sample")
    if not tensor.is_floating_point():
        if tensor.is_complex():
            raise TypeError(f"{what} is {tensor.dtype}: give real numbers")
        tensor = tensor.float()
    return tensor.flatten(1)


def distance_correlation(
    x: torch.Tensor, y: torch.Tensor, *, estimator: str = "biased", threads: Optional[int] = None
) -> torch.Tensor:
    """The distance correlation of the rows of two tensors, with a gradient to each that requires one.

    Parameters
    ----------
    x, y : torch.Tensor of shape (n, ...)
        As many rows each. Float32 on the processor is computed by the library's kernel, others by PyTorch's
        operations where they are; half precision is computed in float32.
    estimator : {"biased", "unbiased"}, default "biased"
        As published, of 2 rows or more; or zero in expectation for independent rows, of 4 rows or more.
    threads : int, optional
        Threads of the kernel; None for as many as PyTorch uses.

    Returns
    -------
    torch.Tensor
        A scalar.

    Raises
    ------
    ValueError
        Where the numbers of rows differ or are too small.
    """
    unbiased = bool(estimator_number(estimator))
    first, second = _matrix(x, "x"), _matrix(y, "y")
    if len(first) != len(second):
        raise ValueError(f"x has {len(first)} rows, y has {len(second)}: give as many")
    fewest = 4 if unbiased else 2
    if len(first) < fewest:
        raise ValueError(f"the {estimator} estimator needs at least {fewest} rows, not {len(first)}")
    kind = torch.promote_types(torch.promote_types(first.dtype, second.dtype), torch.float32)
    first, second = first.to(kind), second.to(device=first.device, dtype=kind)
    return _DistanceCorrelation.apply(  # type: ignore[no-any-return, no-untyped-call]
        first, second, estimator, torch.get_num_threads() if threads is None else threads
    )
