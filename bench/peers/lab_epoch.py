"""The MPV lab's epoch in PyTorch: mine hard negatives, train on triplets, validate precision@1. One JSON line an epoch.

Rows (docs/performance.md):
  lab     as the lab's code does it: images mined one by one, three forward passes a batch, default memory layout,
          no loader processes
  tuned   the best that public settings give: channels_last, one forward pass of the three concatenated, fused AdamW,
          traced and frozen network for extraction, batches, loader processes
  malloc  tuned, with glibc told to keep freed memory (MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000)

    python lab_epoch.py --root CUB_200_2011 --weights resnet18.pth --row tuned --precision bfloat16
"""

import argparse
import contextlib
import os
import random
import sys
import time
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torch.utils.data import DataLoader

from cub import EVAL, TRAIN, Images, Labelled, Triplets, read_cub
from measure import peak_rss_mb, say, timed

KEEP_FREED_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "100000000000"}


def main() -> None:
    options = parse_options()
    restart_with_malloc_settings(options.row)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    train = read_cub(options.root, options.train, first=20)
    val = read_cub(options.root, options.val)
    model = Descriptor(options)
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.lr, fused=options.tuned or None)
    common = {"row": options.row, "precision": options.precision, "threads": options.threads, "seed": options.seed}
    if options.untrained:
        say({**common, "epoch": 0, **evaluate(extract(model, val, EVAL, options), val.labels)})
    for epoch in range(1, options.epochs + 1):
        seconds: dict[str, float] = {}
        with timed(seconds, "total"):
            with timed(seconds, "mine"):
                negatives = mine(model, train, options)
            with timed(seconds, "train"):
                figures = train_epoch(model, optimizer, Triplets(train, negatives), options)
            with timed(seconds, "validate"):
                with measured_in_float32(options):
                    descriptors = extract(model, val, EVAL, options)
                metrics = evaluate(descriptors, val.labels)
        speed = {
            "mine_images_per_s": len(train.paths) / seconds["mine"],
            "train_images_per_s": 3 * len(train.paths) / seconds["train"],
            "validate_images_per_s": len(val.paths) / seconds["validate"],
        }
        result = {**figures, **metrics, "peak_rss_mb": peak_rss_mb()}
        say({**common, "epoch": epoch, **{f"{name}_s": s for name, s in seconds.items()}, **speed, **result})


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="the CUB_200_2011 folder")
    parser.add_argument("--weights", type=Path, required=True, help="torchvision ResNet18 state dict")
    parser.add_argument("--row", choices=["lab", "tuned", "malloc"], default="lab")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--validate-precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--train", type=class_range, default=range(0, 50), metavar="0-49")
    parser.add_argument("--val", type=class_range, default=range(50, 75), metavar="50-74")
    parser.add_argument("--pool", choices=["spoc", "mac"], default="spoc")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--untrained", action="store_true", help="validate before the first epoch, too")
    parser.add_argument("--lr", type=float, default=1e-5)
    parser.add_argument("--margin", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, help="loader processes (default: none for lab, 2 for the others)")
    options = parser.parse_args()
    options.tuned = options.row != "lab"
    if options.workers is None:
        options.workers = 2 if options.tuned else 0
    return options


def class_range(text: str) -> range:
    first, last = text.split("-")
    return range(int(first), int(last) + 1)


def restart_with_malloc_settings(row: str) -> None:
    """glibc reads these variables before main, so the process has to start anew with them."""
    if row == "malloc" and any(os.environ.get(name) != value for name, value in KEEP_FREED_MEMORY.items()):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **KEEP_FREED_MEMORY})


class Descriptor(nn.Module):
    """ResNet18 up to layer4, mean (SPoC) or maximum (MAC) over positions, unit length."""

    def __init__(self, options: argparse.Namespace):
        super().__init__()
        resnet = torchvision.models.resnet18()
        resnet.load_state_dict(torch.load(options.weights, weights_only=True))
        self.features = nn.Sequential(*list(resnet.children())[:-2])
        self.pool = torch.mean if options.pool == "spoc" else torch.amax
        if options.tuned:
            self.to(memory_format=torch.channels_last)

    def forward(self, images):
        return F.normalize(self.pool(self.features(images).float(), dim=(2, 3)), dim=1, eps=1e-6)


def mine(model: Descriptor, train: Labelled, options) -> list[int]:
    """For each image one of the 30 nearest images of other classes, drawn uniformly. The images pass the training transform."""
    descriptors = extract(model, train, TRAIN, options, one_by_one=not options.tuned)
    labels = torch.tensor(train.labels)
    distances = torch.cdist(descriptors, descriptors)
    distances[labels[:, None] == labels] = torch.inf
    hardest = distances.topk(30, largest=False).indices
    drawn = torch.randint(30, (len(labels), 1))
    return hardest.gather(1, drawn)[:, 0].tolist()


@torch.no_grad()
def extract(model: Descriptor, images: Labelled, transform, options, one_by_one: bool = False) -> torch.Tensor:
    model.eval()
    batch = 1 if one_by_one else 32 if options.tuned else 128
    loader = DataLoader(Images(images, transform), batch, num_workers=options.workers)
    with autocast(options):
        network = traced(model, batch) if options.tuned else model
        return torch.cat([network(with_layout(x, options)) for x in loader])


def traced(model: Descriptor, batch: int):
    """The network with batch norm folded in and weights laid out for the kernels: worth its second for extraction."""
    example = torch.zeros(batch, 3, 224, 224).to(memory_format=torch.channels_last)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.freeze(torch.jit.trace(model, example, check_trace=False))


def train_epoch(model: Descriptor, optimizer, triplets: Triplets, options) -> dict[str, float]:
    model.train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    loader = DataLoader(triplets, 64, shuffle=True, num_workers=options.workers)
    losses, active, waited = [], [], 0.0
    asked = time.perf_counter()
    for images in loader:
        waited += time.perf_counter() - asked
        anchor, positive, negative = describe_triplets(model, images, options)
        hinge = F.relu(squared(anchor - positive) - squared(anchor - negative) + options.margin)
        optimizer.zero_grad()
        hinge.mean().backward()
        optimizer.step()
        losses.append(hinge.mean().item())
        active.append((hinge > 0).float().mean().item())
        asked = time.perf_counter()
    return {"loss": mean(losses), "active_fraction": mean(active), "steps": len(losses), "waited_for_images_s": waited}


def describe_triplets(model: Descriptor, images: list[torch.Tensor], options):
    """Three forward passes as in the lab, or one of all images."""
    with autocast(options):
        if not options.tuned:
            return [model(x) for x in images]
        return model(with_layout(torch.cat(images), options)).chunk(3)


def squared(difference: torch.Tensor) -> torch.Tensor:
    return difference.square().sum(dim=1)


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def with_layout(images: torch.Tensor, options) -> torch.Tensor:
    return images.contiguous(memory_format=torch.channels_last) if options.tuned else images


def autocast(options):
    # cache_enabled=False: a trace must not hold the cached casts of another step's weights.
    if options.precision == "float32":
        return contextlib.nullcontext()
    return torch.autocast("cpu", dtype=torch.bfloat16, cache_enabled=torch.is_grad_enabled())


@contextlib.contextmanager
def measured_in_float32(options):
    """What is reported is measured in --validate-precision, whatever it was trained in."""
    precision, options.precision = options.precision, options.validate_precision
    yield
    options.precision = precision


def evaluate(descriptors: torch.Tensor, labels: list[int]) -> dict[str, float]:
    """precision@1 and MAP@R (Musgrave et al. 2020, section 4.2) of every image among all others; the lab's rule: rank 0 is taken for the image itself."""
    labels_ = torch.tensor(labels)
    ranked = torch.cdist(descriptors, descriptors).argsort(dim=1)[:, 1:]
    found = (labels_[ranked] == labels_[:, None]).double()
    r = torch.bincount(labels_)[labels_] - 1
    ranks = torch.arange(1, ranked.shape[1] + 1)
    precisions = found.cumsum(dim=1) / ranks * found * (ranks <= r[:, None])
    return {"precision_at_1": found[:, 0].mean().item(), "map_at_r": (precisions.sum(dim=1) / r).mean().item()}


if __name__ == "__main__":
    main()
