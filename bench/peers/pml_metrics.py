"""pytorch-metric-learning's AccuracyCalculator with faiss on descriptors of ours: precision@1, R-precision, MAP@R.

`k=max_bin_count` is what its documentation advises against memory: as many neighbours as the largest class has. With --all it looks
at all references, its default, which MAP over the whole ranking needs.

    python pml_metrics.py --descriptors descriptors.arrow --images images.arrow [--threads 2] [--all]
"""

import argparse
from pathlib import Path

import faiss
import numpy as np
import torch
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import FaissKNN

from faiss_exact import read_column, read_vectors
from measure import peak_rss_mb, say, timed

FIRST = ("precision_at_1", "r_precision", "mean_average_precision_at_r")
WHOLE = ("mean_average_precision", "mean_reciprocal_rank")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--descriptors", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="look at all references")
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    seconds: dict[str, float] = {}
    vectors = torch.from_numpy(read_vectors(options.descriptors))
    labels = torch.from_numpy(read_labels(options.images, read_column(options.descriptors, "id")))
    calculator = AccuracyCalculator(
        include=FIRST + WHOLE if options.all else FIRST,
        k=None if options.all else "max_bin_count",
        device=torch.device("cpu"),
        knn_func=FaissKNN(index_init_fn=faiss.IndexFlatL2),
    )
    with timed(seconds, "evaluate"):
        metrics = calculator.get_accuracy(vectors, labels)
    names = {"mean_average_precision_at_r": "map_at_r"}
    figures = {names.get(name, name): float(value) for name, value in metrics.items()}
    say({**figures, **{f"{name}_s": value for name, value in seconds.items()}, "peak_rss_mb": peak_rss_mb()})


def read_labels(path: Path, ids: np.ndarray) -> np.ndarray:
    """Classes of the images described, by id."""
    known, labels = read_column(path, "id"), read_column(path, "label")
    return labels[np.searchsorted(known, ids)]


if __name__ == "__main__":
    main()
