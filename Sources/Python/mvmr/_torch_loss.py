"""The loss of MV-MR."""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional, Tuple, Union

import torch

from ._arguments import real_number
from ._dependence import estimator_number
from ._torch_dependence import distance_correlation

_Representations = Union[None, Mapping[str, torch.Tensor], List[torch.Tensor], Tuple[torch.Tensor, ...]]


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
        self.mse_weight = real_number(mse_weight, "mse_weight")
        self.std_weight = real_number(std_weight, "std_weight")
        self.views_weight = real_number(views_weight, "views_weight")
        self.representation_weights = (
            {name: real_number(weight, f"the weight of {name}") for name, weight in representation_weights.items()}
            if isinstance(representation_weights, Mapping)
            else real_number(representation_weights, "representation_weights")
        )
        self.margin = real_number(margin, "margin")
        self.embedding_scale = real_number(embedding_scale, "embedding_scale")
        self.estimator = estimator
        self.released_sign = released_sign
        self.threads = threads

    def _weight(self, name: str) -> float:
        if isinstance(self.representation_weights, Mapping):
            return self.representation_weights.get(name, 1.0)
        return self.representation_weights

    def terms(
        self,
        z0: torch.Tensor,
        z: torch.Tensor,
        representations: _Representations = None,
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

        Raises
        ------
        ValueError, TypeError
            Where shapes or numbers of rows do not fit, or something is no tensor.
        """
        for what, view in (("z0", z0), ("z", z)):
            if not isinstance(view, torch.Tensor):
                raise TypeError(f"{what} is of the type {type(view).__name__}: give the encoder's tensor")
        if z0.dim() != 2 or z0.shape != z.shape:
            raise ValueError(f"the views' embeddings have the shapes {tuple(z0.shape)} and {tuple(z.shape)}")
        z0, z = z0.to(torch.promote_types(z0.dtype, torch.float32)), z.to(torch.promote_types(z.dtype, torch.float32))
        scaled0, scaled = z0 * self.embedding_scale, z * self.embedding_scale
        found = {
            "mse": (z - z0).square().mean(),
            "std": _hinge(z, self.margin) + _hinge(z0, self.margin),
            "1-dcor_zz": 1 - self._dependence(scaled0, scaled),
        }
        named = _named(representations)
        if isinstance(self.representation_weights, Mapping):
            unknown = set(self.representation_weights) - {name for name, _ in named}
            if unknown:
                raise ValueError(
                    f"representation_weights names {sorted(unknown)[0]!r}, which is none of the representations: "
                    f"{', '.join(name for name, _ in named) or 'none was given'}"
                )
        for name, rows in named:
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
        representations: _Representations = None,
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
    representations: _Representations,
) -> List[Tuple[str, torch.Tensor]]:
    if representations is None:
        return []
    if isinstance(representations, torch.Tensor):
        raise TypeError("representations is one tensor: give a dict of them by name, or a list")
    if isinstance(representations, Mapping):
        if "zz" in representations:
            raise ValueError("representation zz: this name stands for the two views: give it another")
        pairs = list(representations.items())
    else:
        pairs = [(str(index), rows) for index, rows in enumerate(representations)]
    return [(name, rows if isinstance(rows, torch.Tensor) else torch.as_tensor(rows)) for name, rows in pairs]
