"""Exact nearest images of other classes with faiss' IndexFlatIP, the way its users do it: fetch more than asked, mask own class.

An image has at most (largest class - 1) other images of its class and itself, so k + largest class neighbours always hold
the k wanted. Rows: `plain` searches for all images in one call, `blocks` for 4,096 at a time, which needs less memory.

    python faiss_exact.py --in FOLDER --out neighbours.arrow [--k 30 --row plain --threads 2]
"""

import argparse
from pathlib import Path

import faiss
import numpy as np
import pyarrow as pa

from measure import peak_rss_mb, say, timed
from synthetic import write_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--in", dest="folder", type=Path, required=True, help="folder with images.arrow, descriptors.arrow")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--k", type=int, default=30)
    parser.add_argument("--row", choices=["plain", "blocks"], default="plain")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    faiss.omp_set_num_threads(options.threads)
    seconds: dict[str, float] = {}
    with timed(seconds, "total"):
        labels = read_column(options.folder / "images.arrow", "label")
        vectors = read_vectors(options.folder / "descriptors.arrow")
        with timed(seconds, "search"):
            neighbours, distances = nearest_of_other_classes(vectors, labels, options)
        write_neighbours(options.out, neighbours, distances)
    times = {f"{name}_s": value for name, value in seconds.items()}
    say({"row": options.row, "threads": options.threads, "k": options.k, **times, "peak_rss_mb": peak_rss_mb()})


def read_column(path: Path, name: str) -> np.ndarray:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()[name].to_numpy()


def read_vectors(path: Path) -> np.ndarray:
    """[rows, dim] float32; copied once out of the mapped file, because its batches are not one block."""
    table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    dim = table.schema.field("vector").type.list_size
    return np.concatenate([chunk.flatten().to_numpy().reshape(-1, dim) for chunk in table["vector"].chunks])


def nearest_of_other_classes(vectors: np.ndarray, labels: np.ndarray, options) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the k nearest and their Euclidean distances, each [rows, k]."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    fetched = options.k + int(np.bincount(labels).max())
    block = len(vectors) if options.row == "plain" else 4096
    found = []
    for start in range(0, len(vectors), block):
        similarities, rows = index.search(vectors[start : start + block], fetched)
        found.append(keep_others(similarities, rows, labels, labels[start : start + block], options.k))
    rows, similarities = (np.concatenate(parts) for parts in zip(*found))
    return rows, np.sqrt(np.maximum(2 - 2 * similarities, 0))


def keep_others(similarities, rows, labels, own, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The first k of each row whose label differs; a stable sort keeps the order of nearness."""
    order = np.argsort(labels[rows] == own[:, None], axis=1, kind="stable")[:, :k]
    return np.take_along_axis(rows, order, 1).astype(np.int32), np.take_along_axis(similarities, order, 1)


def write_neighbours(path: Path, neighbours: np.ndarray, distances: np.ndarray) -> None:
    count, k = neighbours.shape
    columns = {
        "anchor": pa.array(np.repeat(np.arange(count, dtype=np.int32), k)),
        "rank": pa.array(np.tile(np.arange(k, dtype=np.int32), count)),
        "neighbour": pa.array(neighbours.ravel()),
        "distance": pa.array(distances.ravel()),
    }
    write_table(path, "neighbours", columns, {})


if __name__ == "__main__":
    main()
