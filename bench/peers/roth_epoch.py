"""An epoch of Deep-Metric-Learning-Baselines' margin loss in PyTorch: ResNet50, batches of 112 with 4 images a class. One JSON line.

Rows (docs/performance.md): plain (default memory layout), tuned (channels_last, fused Adam), malloc (tuned, with glibc told to keep freed memory).
Margin loss and distance-weighted negatives are pytorch-metric-learning's. Weights are random: nothing here depends on them but the losses.

    python roth_epoch.py --root CUB_200_2011 --row tuned --classes 0-29 --steps 15
"""

import argparse
import random
import time
from pathlib import Path

import torch
import torch.nn.functional as F
import torchvision
from pytorch_metric_learning import losses, miners
from torch import nn
from torch.utils.data import DataLoader

from cub import TRAIN, Images, read_cub
from lab_epoch import class_range, mean, restart_with_malloc_settings
from measure import peak_rss_mb, say

PER_CLASS = 4


def main() -> None:
    options = parse_options()
    restart_with_malloc_settings(options.row)
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    random.seed(0)
    images = read_cub(options.root, options.classes)
    network = open_network(options)
    loss = losses.MarginLoss(margin=0.2, beta=1.2, num_classes=len(options.classes), learn_beta=True)
    miner = miners.DistanceWeightedMiner()
    fused = options.row != "plain" or None
    groups = [{"params": network.parameters()}, {"params": loss.parameters(), "lr": 5e-4}]
    optimizer = torch.optim.Adam(groups, lr=1e-5, weight_decay=4e-4, fused=fused)
    batches = draw_batches(images.labels, options)
    loader = DataLoader(Images(images, TRAIN), batch_sampler=batches, num_workers=2)
    measured, started = [], time.perf_counter()
    for batch, rows in zip(loader, batches):
        if options.row != "plain":
            batch = batch.contiguous(memory_format=torch.channels_last)
        embeddings = F.normalize(network(batch))
        labels = torch.tensor([images.labels[row] - options.classes[0] for row in rows])
        value = loss(embeddings, labels, miner(embeddings, labels))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        measured.append(value.item())
    seconds = time.perf_counter() - started
    trained = sum(len(rows) for rows in batches)
    figures = {"train_s": seconds, "train_images_per_s": trained / seconds, "steps": len(batches), "loss": mean(measured)}
    say({**figures, "peak_rss_mb": peak_rss_mb()})


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, required=True, help="the CUB_200_2011 folder")
    parser.add_argument("--row", choices=["plain", "tuned", "malloc"], default="plain")
    parser.add_argument("--classes", type=class_range, required=True, metavar="0-29")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--batch", type=int, default=112)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def open_network(options: argparse.Namespace) -> nn.Module:
    """ResNet50 with a linear layer to 128 numbers; batch norm normalises with fixed statistics, as the original's."""
    network = torchvision.models.resnet50()
    network.fc = nn.Linear(2048, 128)
    if options.row != "plain":
        network.to(memory_format=torch.channels_last)
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    return network


def draw_batches(labels: list[int], options: argparse.Namespace) -> list[list[int]]:
    rows: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        rows.setdefault(label, []).append(row)
    classes = [random.sample(list(rows), options.batch // PER_CLASS) for _ in range(options.steps)]
    return [[row for label in drawn for row in random.sample(rows[label], PER_CLASS)] for drawn in classes]


if __name__ == "__main__":
    main()
