"""Principal components and exact t-SNE (scikit-learn as pinned in requirements.txt), of drawn clusters; seed 20.

Writes map/x.npy (rows x columns), map/wide.npy (fewer rows than columns), their PCA scores and explained variances; and of x:
sampled pairs (map/pairs.npy) with t-SNE's joint probabilities p of them, a layout with the gradient and the divergence there,
and the divergence where `TSNE(method="exact")` ends.
"""
import pathlib

import numpy as np
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities, _kl_divergence
from sklearn.metrics import pairwise_distances

folder = pathlib.Path(__file__).resolve().parent.parent / "map"
folder.mkdir(exist_ok=True)
generator = np.random.default_rng(20)


def save(name, values, kind=np.float32):
    np.save(folder / f"{name}.npy", np.ascontiguousarray(values, kind))


def clusters(rows, columns, count):
    centres = generator.normal(size=(count, columns)) * 1.5
    spreads = generator.uniform(0.5, 1.5, size=count)
    label = generator.integers(count, size=rows)
    return (centres[label] + spreads[label, None] * generator.normal(size=(rows, columns)) + 3).astype(np.float32)


x = clusters(300, 24, 6)
for name, rows in (("x", x), ("wide", clusters(40, 300, 3))):
    fitted = PCA(n_components=4, svd_solver="full").fit(rows.astype(np.float64))
    save(name, rows)
    save(f"{name}_scores", fitted.transform(rows.astype(np.float64)))
    save(f"{name}_variances", np.append(fitted.explained_variance_, fitted.explained_variance_ratio_), np.float64)

distances = pairwise_distances(x, squared=True)
joint = _joint_probabilities(distances, 30.0, 0)
first, second = np.triu_indices(len(x), 1)
chosen = generator.choice(len(joint), 4000, replace=False)
save("pairs", np.stack([first[chosen], second[chosen]], 1), np.int64)
save("probabilities", joint[chosen], np.float64)
places = generator.normal(size=(len(x), 2)) * 5
divergence, gradient = _kl_divergence(places.ravel(), joint, 1, len(x), 2)
save("places", places, np.float64)
save("gradient", gradient.reshape(-1, 2), np.float64)
fitted = TSNE(perplexity=30, init="pca", method="exact", random_state=0).fit(x)
save("divergences", [divergence, fitted.kl_divergence_], np.float64)
