"""Compares the descriptors of an exported network with those that the run wrote, from the picture files on.

The loader of a .safetensors or .pth file is the code of docs/export.md itself (for transformers pip install timm, for BN-Inception pretrainedmodels six);
an .onnx file goes through onnx.checker and onnxruntime (pip install onnx onnxruntime), a .tfjs folder through TensorFlow.js (bench/run-tfjs.ts). Export the
epoch that the descriptors are of.

    python check_export.py EXPORT --images images.arrow --descriptors descriptors.arrow --root DATA [--pictures 24]

Prints the largest absolute difference of a number in a unit descriptor; fails above 1e-4.
"""

import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image

LIMIT = 1e-4
PAGE = Path(__file__).parents[2] / "docs" / "export.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("--images", type=Path, required=True, help="of prepare-splits")
    parser.add_argument("--descriptors", type=Path, required=True, help="of extract-val at the exported epoch")
    parser.add_argument("--root", type=Path, required=True, help="the data set's folder")
    parser.add_argument("--pictures", type=int, default=24)
    options = parser.parse_args()
    paths, expected = read_descriptors(options)
    pictures = [Image.open(path).convert("RGB") for path in paths]
    known = {".safetensors": describe_with_torch, ".pth": describe_with_torch, ".onnx": describe_with_onnx, ".tfjs": describe_with_tfjs}
    describe = known.get(options.export.suffix)
    if describe is None:
        sys.exit(f"{options.export} is none of {', '.join(known)}.")
    found = describe(options.export, pictures)
    if found.shape != expected.shape:
        sys.exit(f"{options.export} gives {found.shape}, the run has {expected.shape}.")
    difference = float(np.abs(found - expected).max())
    print(f"{options.export.name}: {len(paths)} pictures, {expected.shape[1]} numbers each, largest difference {difference:.2e}")
    if not difference <= LIMIT:
        sys.exit(f"above {LIMIT}")


def read_descriptors(options: argparse.Namespace) -> tuple[list[Path], np.ndarray]:
    """Files and unit descriptors of the first pictures that were described."""
    images = pa.ipc.open_file(options.images).read_all()
    files = dict(zip(images["id"].to_pylist(), images["path"].to_pylist()))
    rows = pa.ipc.open_file(options.descriptors).read_all().slice(0, options.pictures)
    return [options.root / files[id] for id in rows["id"].to_pylist()], np.array(rows["vector"].to_pylist(), "float32")


def describe_with_torch(path: Path, pictures: list[Image.Image]) -> np.ndarray:
    """By exactly the documented lines; where the few lines for ResNets fit the file, by both."""
    import torch

    few, all_ = documented_loaders()
    prepare, describe = all_(path)
    inputs = torch.stack([prepare(picture) for picture in pictures])
    vectors = describe(inputs)
    if path.suffix == ".safetensors" and is_plain_resnet(path):
        difference = (few(path)(inputs) - vectors).abs().max().item()
        print(f"{path.name}: the few lines and the many differ by {difference:.2e}")
        assert difference <= LIMIT
    return vectors.numpy()


def documented_loaders() -> list:
    scopes: list[dict] = []
    for lines in re.findall(r"```python\n(import json, .*?)```", PAGE.read_text(), re.DOTALL):
        scopes.append({})
        exec(lines, scopes[-1])
    return [scope["load"] for scope in scopes]


def is_plain_resnet(path: Path) -> bool:
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        spec = json.loads(file.metadata()["nearmiss.spec"])
    head = spec["embedding"]
    is_plain = spec["backbone"].startswith("resnet") and (spec["width"], spec["stem"], spec["pool"]) == (64, "imagenet", "spoc")
    return is_plain and (head is None or (head["hidden"], head["normalise"]) == ([], "none"))


def describe_with_onnx(path: Path, pictures: list[Image.Image]) -> np.ndarray:
    """One picture by one, then all at once: the batch's length is free."""
    import onnx
    import onnxruntime

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    crops = np.stack([crop(picture, json.loads(metadata["nearmiss.preprocessing"])["transforms"]) for picture in pictures])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (together,) = session.run(None, {"images": crops})
    (first,) = session.run(None, {"images": crops[:1]})
    np.testing.assert_allclose(first[0], together[0], atol=1e-5)
    return together


def describe_with_tfjs(path: Path, pictures: list[Image.Image]) -> np.ndarray:
    metadata = json.loads((path / "model.json").read_text())["userDefinedMetadata"]
    crops = np.stack([crop(picture, json.loads(metadata["nearmiss.preprocessing"])["transforms"]) for picture in pictures])
    given = json.dumps({"shape": crops.shape, "pixels": crops.ravel().tolist()})
    command = ["node", "--import", "tsx", "bench/run-tfjs.ts", str(path.resolve())]
    ended = subprocess.run(command, cwd=PAGE.parents[1], input=given, capture_output=True, text=True, check=True)
    return np.array(json.loads(ended.stdout), "float32")


def crop(picture: Image.Image, transforms: list[dict]) -> np.ndarray:
    """Pillow alone: resize of the shorter side, then the middle."""
    for step in transforms:
        ((name, value),) = step.items()
        width, height = picture.size
        if name == "resize":
            wanted = value if isinstance(value, dict) else {"shorter_side": value, "filter": "bilinear", "rounding": "truncate"}
            size, whole = wanted["shorter_side"], int if wanted["rounding"] == "truncate" else round
            other = whole(size * max(width, height) / min(width, height))
            picture = picture.resize((size, other) if width <= height else (other, size), Image.Resampling[wanted["filter"].upper()])
        else:
            left, top = round((width - value) / 2), round((height - value) / 2)
            picture = picture.crop((left, top, left + value, top + value))
    return np.asarray(picture)


if __name__ == "__main__":
    main()
