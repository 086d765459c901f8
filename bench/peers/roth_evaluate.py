"""What Deep-Metric-Learning-Baselines measures of a network that was exported here: its transforms, network, k-means and metrics. One JSON line.

It takes a clone of theirs (roth_repository.py says what newer packages need to run it), and pandas, matplotlib, tqdm, scipy and pretrainedmodels. Into
--out go descriptors.npy, labels.npy, clusters.npy (its k-means), in the order of the table of images, and checkpoint.pth.tar as its training saves it.

    python roth_evaluate.py --repository CLONE --export run-epoch1.safetensors --images images.arrow --root CUB_200_2011 --out FOLDER
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch
from safetensors import safe_open

from roth_repository import network, read_modules


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    modules = read_modules(options.repository)
    with safe_open(options.export, "pt") as file:
        spec, weights = json.loads(file.metadata()["nearmiss.spec"]), {name: file.get_tensor(name) for name in file.keys()}
    opt = argparse.Namespace(
        arch=spec["backbone"], embed_dim=spec["embedding"]["size"], not_pretrained=True, loss="marginloss", bs=options.batch, k_vals=[1, 2, 4, 8], device="cpu"
    )
    net = network(modules, opt, weights)
    classes, places = read_classes(options)
    dataset = modules["datasets"].BaseTripletDataset(classes, opt, is_validation=True)
    seen = keep_clusters(modules["auxiliaries"])
    loader = torch.utils.data.DataLoader(dataset, batch_size=opt.bs, shuffle=False)
    recalls, nmi, f1 = modules["evaluate"].evaluate("cub200", None, dataloader=loader, model=net, opt=opt, give_return=True)
    # It goes through the classes one by one.
    order = np.argsort(np.concatenate([places[label] for label in sorted(places)]))
    np.save(options.out / "descriptors.npy", seen["features"][order])
    np.save(options.out / "labels.npy", seen["labels"].reshape(-1)[order].astype("int32"))
    np.save(options.out / "clusters.npy", seen["clusters"].reshape(-1)[order].astype("int32"))
    modules["auxiliaries"].set_checkpoint(net, opt, {"val": {"Recall @ 1": recalls[:1]}}, options.out / "checkpoint.pth.tar")
    print(json.dumps({**{f"recall_at_{k}": float(recall) for k, recall in zip(opt.k_vals, recalls)}, "nmi": float(nmi), "f1": float(f1)}))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="a clone of Deep_Metric_Learning_Baselines")
    parser.add_argument("--export", type=Path, required=True, help="a .safetensors of nearmiss export --to pytorch")
    parser.add_argument("--images", type=Path, required=True, help="of prepare-splits")
    parser.add_argument("--split", default="val")
    parser.add_argument("--root", type=Path, required=True, help="the data set's folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=32, help="pictures described at once; no number depends on it")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def read_classes(options: argparse.Namespace) -> tuple[dict[int, list[str]], dict[int, list[int]]]:
    """Files of the split by class, as its readers of data sets hand them on, and their places among all files of the split."""
    table = pa.ipc.open_file(options.images).read_all().to_pydict()
    files = [(label, path) for label, path, split in zip(table["label"], table["path"], table["split"]) if split == options.split]
    classes: dict[int, list[str]] = {}
    places: dict[int, list[int]] = {}
    for place, (label, path) in enumerate(files):
        classes.setdefault(label, []).append(str(options.root / path))
        places.setdefault(label, []).append(place)
    return classes, places


def keep_clusters(auxiliaries) -> dict[str, np.ndarray]:
    """What its evaluation hands to its F1: the only place where clusters are seen."""
    seen, f1_score = {}, auxiliaries.f1_score

    def keeping(clusters, labels, features, centroids):
        seen.update(clusters=clusters, labels=labels, features=features)
        return f1_score(clusters, labels, features, centroids)

    auxiliaries.f1_score = keeping
    return seen


if __name__ == "__main__":
    main()
