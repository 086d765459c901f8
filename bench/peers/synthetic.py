"""Writes images.arrow and descriptors.arrow of a made-up data set of Stanford Online Products' size, the same bytes each time.

Two images for every class and the rest spread at random (2 to about 16 a class); descriptors as after ReLU and average
pooling: 64 hidden directions, class centre plus noise, mapped to non-negative unit vectors.

    python synthetic.py --out FOLDER [--images 60000 --classes 11000 --dim 512 --noise 0.5]
"""

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa

HIDDEN = 64
ROWS_PER_BATCH = 8192


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--classes", type=int, default=11_000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--noise", type=float, default=0.5, help="spread of a class, in units of that of class centres")
    options = parser.parse_args()
    random = np.random.Generator(np.random.PCG64(0))
    labels = draw_labels(random, options)
    options.out.mkdir(parents=True, exist_ok=True)
    write_table(options.out / "images.arrow", "images", images_table(labels), {"root": "/", "format": "folder", "protocol": "{}"})
    vectors = pa.FixedSizeListArray.from_arrays(draw_vectors(random, labels, options).ravel(), options.dim)
    ids = pa.array(range(options.images), pa.int32())
    write_table(options.out / "descriptors.arrow", "descriptors", {"id": ids, "vector": vectors}, {"normalised": "true"})


def draw_labels(random: np.random.Generator, options) -> np.ndarray:
    pairs = np.repeat(np.arange(options.classes), 2)
    rest = random.integers(options.classes, size=options.images - len(pairs))
    return np.sort(np.concatenate([pairs, rest])).astype(np.int32)


def draw_vectors(random: np.random.Generator, labels: np.ndarray, options) -> np.ndarray:
    centres = random.standard_normal((options.classes, HIDDEN), np.float32)
    hidden = centres[labels] + np.float32(options.noise) * random.standard_normal((len(labels), HIDDEN), np.float32)
    directions = random.standard_normal((HIDDEN, options.dim), np.float32)
    features = np.maximum(hidden @ directions, 0)
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def images_table(labels: np.ndarray) -> dict[str, pa.Array]:
    count = len(labels)
    same = {"width": 224, "height": 224, "bytes": 1}
    boxes = {"box_left": 0, "box_top": 0, "box_width": 224, "box_height": 224}
    return {
        "id": pa.array(range(count), pa.int32()),
        "path": pa.array([f"{label:05d}/{i:05d}.jpg" for i, label in enumerate(labels)]),
        "label": pa.array(labels),
        "class_name": pa.array([f"{label:05d}" for label in labels]),
        "split": pa.array(["train"] * count),
        **{name: pa.array([value] * count, pa.int32()) for name, value in same.items()},
        "sha256": pa.array([f"{i:064x}" for i in range(count)]),
        **{name: pa.array([value] * count, pa.int32()) for name, value in boxes.items()},
    }


def write_table(path: Path, name: str, columns: dict[str, pa.Array], metadata: dict[str, str]) -> None:
    """An Arrow file in the project's layout (docs/artifacts.md)."""
    marks = {"nearmiss.table": name, "nearmiss.version": "1", **metadata}
    fields = [pa.field(column, values.type, nullable=False) for column, values in columns.items()]
    table = pa.table(list(columns.values()), schema=pa.schema(fields, metadata=marks))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROWS_PER_BATCH)


if __name__ == "__main__":
    main()
