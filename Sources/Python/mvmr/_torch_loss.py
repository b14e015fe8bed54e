"""Distance correlation with autograd, and the loss of MV-MR."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

import torch

from ._dependence import correlation, estimator_number

_SMALLEST_SQUARE = 1e-4


class _Side(NamedTuple):
    """One side of a distance correlation in PyTorch's operations."""

    rows: torch.Tensor  # less their mean
    distances: torch.Tensor
    centered: torch.Tensor
    square: torch.Tensor  # of `centered`; 0 where the rows do not differ


def _side(rows: torch.Tensor, unbiased: bool) -> _Side:
    count = len(rows)
    shifted = rows - rows.mean(0, keepdim=True)
    products = shifted @ shifted.T
    norms = products.diagonal()
    squares = norms[:, None] + norms[None, :] - 2 * products
    # Not a maximum: a value that is not a number must stay one.
    distances = torch.where(squares < _SMALLEST_SQUARE, torch.full_like(squares, _SMALLEST_SQUARE), squares).sqrt()
    distances.fill_diagonal_(0.0 if unbiased else math.sqrt(_SMALLEST_SQUARE))
    line, total = distances.sum(0), distances.sum()
    if unbiased:
        line, total = line / (count - 2), total / ((count - 1) * (count - 2))
    else:
        line, total = line / count, total / count**2
    centered = distances - line[:, None] - line[None, :] + total
    if unbiased:
        centered.fill_diagonal_(0.0)
    square = centered.double().square().sum()
    square = torch.where(square <= 1e-10 * distances.double().square().sum(), torch.zeros_like(square), square)
    return _Side(shifted, distances, centered, square)


def _gradient(side: _Side, slope: torch.Tensor) -> torch.Tensor:
    """Derivatives by the distances as derivatives by the rows; a clamped distance does not move."""
    clamped = side.distances <= math.sqrt(_SMALLEST_SQUARE) * (1 + 1e-6)
    pull = torch.where(clamped, torch.zeros_like(slope), (slope + slope.T) / side.distances)
    pull.fill_diagonal_(0.0)
    return pull.sum(1, keepdim=True) * side.rows - pull @ side.rows


def _by_torch(
    x: torch.Tensor, y: torch.Tensor, unbiased: bool, wants: Tuple[bool, bool]
) -> Tuple[torch.Tensor, Optional[torch.Tensor], Optional[torch.Tensor]]:
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


class _DistanceCorrelation(torch.autograd.Function):
    """The value with its gradients, which are known as soon as the value is."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, y: torch.Tensor, estimator: str, threads: Optional[int]) -> torch.Tensor:
        wants = (bool(ctx.needs_input_grad[0]), bool(ctx.needs_input_grad[1]))
        gradients: Tuple[Optional[torch.Tensor], Optional[torch.Tensor]]
        if x.device.type == "cpu" and x.dtype == torch.float32:
            found, first, second = correlation(
                x.detach().contiguous().numpy(), y.detach().contiguous().numpy(), estimator, wants, threads
            )
            value = torch.tensor(found, dtype=torch.float32)
            gradients = (
                None if first is None else torch.from_numpy(first),
                None if second is None else torch.from_numpy(second),
            )
        else:
            value, *rest = _by_torch(x.detach(), y.detach(), estimator == "unbiased", wants)
            gradients = (rest[0], rest[1])
        ctx.save_for_backward(*gradients)
        return value

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, outer: torch.Tensor) -> Tuple[Optional[torch.Tensor], ...]:
        first, second = ctx.saved_tensors
        return (None if first is None else first * outer, None if second is None else second * outer, None, None)


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


class MVMRLoss(torch.nn.Module):
    """The loss of MV-MR, for trainers of one's own.

    With z0 and z the embeddings of a plain and an augmented view, phi_r a representation of the plain image::

        L = mse_weight MSE(z0, z) + std_weight [mean max(0, margin - std_j z) + mean max(0, margin - std_j z0)]
            + views_weight (1 - dCor(z0, z)) + sum_r w_r (1 - dCor(z, phi_r))

    Parameters
    ----------
    mse_weight, std_weight, views_weight : float, default 1
        The weights of the first three terms.
    representation_weights : float or mapping of str to float, default 1
        The weight of each representation, or of those that are named; of others 1.
    margin : float, default 1
        The standard deviation of a column below which the hinge acts.
    embedding_scale : float, default 1/32
        Embeddings are multiplied by it before distances are taken; it matters beside the clamp of squares at 1e-4.
    estimator : {"biased", "unbiased"}, default "biased"
        How distance correlations are estimated; biased as published.
    released_sign : bool, default False
        Adds dCor(z, phi_r), as the authors' code does, where the paper adds 1 - dCor(z, phi_r).
    threads : int, optional
        Threads of the kernel; None for as many as PyTorch uses.

    References
    ----------
    Kinakh, Drozdova and Voloshynovskiy, "MV-MR: multi-views and multi-representations for self-supervised learning
    and knowledge distillation", Entropy 26(6):466, 2024.

    Examples
    --------
    >>> criterion = mvmr.MVMRLoss()
    >>> loss = criterion(model(plain), model(augmented), {"hog": hog(plain), "lbp": lbp(plain)})
    >>> loss.backward()
    """

    def __init__(
        self,
        mse_weight: float = 1.0,
        std_weight: float = 1.0,
        views_weight: float = 1.0,
        representation_weights: Union[float, Mapping[str, float]] = 1.0,
        *,
        margin: float = 1.0,
        embedding_scale: float = 1 / 32,
        estimator: str = "biased",
        released_sign: bool = False,
        threads: Optional[int] = None,
    ) -> None:
        super().__init__()
        estimator_number(estimator)
        self.mse_weight = mse_weight
        self.std_weight = std_weight
        self.views_weight = views_weight
        self.representation_weights = representation_weights
        self.margin = margin
        self.embedding_scale = embedding_scale
        self.estimator = estimator
        self.released_sign = released_sign
        self.threads = threads

    def _weight(self, name: str) -> float:
        if isinstance(self.representation_weights, Mapping):
            return float(self.representation_weights.get(name, 1.0))
        return float(self.representation_weights)

    def terms(
        self,
        z0: torch.Tensor,
        z: torch.Tensor,
        representations: Union[None, Mapping[str, torch.Tensor], List[torch.Tensor], Tuple[torch.Tensor, ...]] = None,
    ) -> Dict[str, torch.Tensor]:
        """The terms, unweighted, by the names that `mvmr train` logs: mse, std, 1-dcor_zz, 1-dcor_NAME.

        Parameters
        ----------
        z0, z : torch.Tensor of shape (n, d)
            The embeddings of the plain and of the augmented view.
        representations : mapping of str to torch.Tensor, or sequence of torch.Tensor, optional
            Rows of the plain images, (n, ...) each; those of a sequence are named by their place.

        Returns
        -------
        dict of str to torch.Tensor
            Scalars.
        """
        if z0.dim() != 2 or z0.shape != z.shape:
            raise ValueError(f"the views' embeddings have the shapes {tuple(z0.shape)} and {tuple(z.shape)}")
        z0, z = z0.to(torch.promote_types(z0.dtype, torch.float32)), z.to(torch.promote_types(z.dtype, torch.float32))
        scaled0, scaled = z0 * self.embedding_scale, z * self.embedding_scale
        found = {
            "mse": (z - z0).square().mean(),
            "std": _hinge(z, self.margin) + _hinge(z0, self.margin),
            "1-dcor_zz": 1 - self._dependence(scaled0, scaled),
        }
        for name, rows in _named(representations):
            if len(rows) != len(z):
                raise ValueError(f"representation {name} has {len(rows)} rows, the embeddings have {len(z)}")
            dependence = self._dependence(scaled, rows.detach())
            found[f"{self._prefix}{name}"] = dependence if self.released_sign else 1 - dependence
        return found

    @property
    def _prefix(self) -> str:
        return "dcor_" if self.released_sign else "1-dcor_"

    def _dependence(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return distance_correlation(x, y, estimator=self.estimator, threads=self.threads)

    def total(self, terms: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The weighted sum of `terms`."""
        weights = {"mse": self.mse_weight, "std": self.std_weight, "1-dcor_zz": self.views_weight}
        parts = [
            value * (weights[name] if name in weights else self._weight(name[len(self._prefix) :]))
            for name, value in terms.items()
        ]
        return torch.stack(parts).sum()

    def forward(
        self,
        z0: torch.Tensor,
        z: torch.Tensor,
        representations: Union[None, Mapping[str, torch.Tensor], List[torch.Tensor], Tuple[torch.Tensor, ...]] = None,
    ) -> torch.Tensor:
        """The loss, a scalar; parameters as of `terms`."""
        return self.total(self.terms(z0, z, representations))


def _hinge(z: torch.Tensor, margin: float) -> torch.Tensor:
    """The mean of max(0, margin - deviation) over columns; a column that does not vary has no direction to grow in."""
    variance = z.var(0)
    still = variance == 0
    safe = torch.where(still, torch.ones_like(variance), variance)
    deviation = torch.where(still, torch.zeros_like(variance), safe.sqrt())
    return (margin - deviation).clamp(min=0).mean()


def _named(
    representations: Union[None, Mapping[str, torch.Tensor], List[torch.Tensor], Tuple[torch.Tensor, ...]],
) -> List[Tuple[str, torch.Tensor]]:
    if representations is None:
        return []
    if isinstance(representations, Mapping):
        pairs = list(representations.items())
    else:
        pairs = [(str(index), rows) for index, rows in enumerate(representations)]
    return [(name, rows if isinstance(rows, torch.Tensor) else torch.as_tensor(rows)) for name, rows in pairs]
