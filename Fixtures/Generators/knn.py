"""Goldens of nearest-neighbour search and of DINO's k-NN protocol. Peers: FAISS 1.15 (flat indexes), NumPy. Seed 7.

Writes knn/: train (600 x 33) and test (90 x 33) float32 with repeated rows (ties), labels, the 20 nearest by cosine and by
Euclidean distance (FAISS, ties by index as it breaks them nowhere: rows whose neighbours tie are checked in float64),
and top-1 and top-5 and predictions of the protocol of DINO's eval_knn.py restated in NumPy, float64.
"""
import pathlib

import faiss
import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "knn"
K, TEMPERATURES = (5, 20, 100), (0.07, 0.5)


def protocol(similarity, order, train_labels, test_labels, classes, k, temperature):
    """Votes of the k nearest weighted by exp(s / T); top-5 of at most k classes; ties of votes to the lower class."""
    votes = np.zeros((len(order), classes))
    for query, nearest in enumerate(order[:, :k]):
        for row in nearest:
            votes[query, train_labels[row]] += np.exp(similarity[query, row] / temperature)
    ranked = np.argsort(-votes, axis=1, kind="stable")
    top5 = (ranked[:, : min(5, k)] == test_labels[:, None]).any(1).mean()
    return ranked[:, 0], (ranked[:, 0] == test_labels).mean(), top5


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((8, 33)) * 0.6
    train_labels, test_labels = rng.integers(0, 8, 600), rng.integers(0, 8, 90)
    train = (centres[train_labels] + rng.standard_normal((600, 33))).astype(np.float32)
    test = (centres[test_labels] + rng.standard_normal((90, 33))).astype(np.float32)
    train[300:320] = train[100:120]                     # ties between rows of a different number
    test[:5] = train[100:105]                           # and queries that are train rows
    np.save(OUT / "train.npy", train)
    np.save(OUT / "test.npy", test)
    np.save(OUT / "train_labels.npy", train_labels)
    np.save(OUT / "test_labels.npy", test_labels)

    a, b = train.astype(np.float64), test.astype(np.float64)
    unit_a, unit_b = (m / np.linalg.norm(m, axis=1, keepdims=True) for m in (a, b))
    cosine = unit_b @ unit_a.T
    cosine[:, 300:320] = cosine[:, 100:120]             # the same rows: the same number, whatever BLAS does
    distance = np.sqrt(((b[:, None] - a[None]) ** 2).sum(-1))
    order = np.argsort(-cosine, axis=1, kind="stable")
    nearest = np.argsort(distance, axis=1, kind="stable")
    for name, ours, index, x, q in (
        ("cosine", order, faiss.IndexFlatIP(33), unit_a, unit_b), ("euclidean", nearest, faiss.IndexFlatL2(33), a, b)
    ):
        index.add(np.ascontiguousarray(x, np.float32))
        found = index.search(np.ascontiguousarray(q, np.float32), 20)[1]
        twin = np.arange(600)
        twin[300:320] = np.arange(100, 120)             # FAISS may give either of two equal rows
        assert (np.sort(twin[found], 1) == np.sort(twin[ours[:, :20]], 1)).all(), name
        np.save(OUT / f"{name}_neighbours.npy", ours[:, :20].astype(np.int32))
    np.save(OUT / "cosines.npy", np.take_along_axis(cosine, order[:, :20], 1).astype(np.float32))
    np.save(OUT / "distances.npy", np.take_along_axis(distance, nearest[:, :20], 1).astype(np.float32))

    scores, predictions = [], []
    for temperature in TEMPERATURES:
        for k in K:
            predicted, top1, top5 = protocol(cosine, order, train_labels, test_labels, 8, k, temperature)
            scores.append([top1, top5])
            predictions.append(predicted)
    np.save(OUT / "dino_scores.npy", np.array(scores))
    np.save(OUT / "dino_predictions.npy", np.array(predictions))


if __name__ == "__main__":
    main()
