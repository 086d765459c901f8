"""Losses and samplers of Deep-Metric-Learning-Baselines on two made-up batches, as JSON: bench/roth-losses.ts compares ours with them.

Of each batch (28 classes of 4, 128 numbers as the network's last layer gives them): what its samplers drew once and what its losses make of that, value and
gradient by those numbers; how often its samplers draw whom; and the chances of its distance-weighted negatives.

    python roth_losses.py --repository CLONE [--draws 1000] > theirs.json
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from roth_repository import COUNT_PAIRS, read_module

CLASSES, PER_CLASS, DIM = 28, 4, 128
# Deviation of a number from that of the class, and of the class from a direction that all have in common: an apt network, and one at its start.
BATCHES = {"apart": {"spread": 1.0, "noise": 1.4, "common": 0.0}, "close": {"spread": 0.2, "noise": 0.2, "common": 1.0}}


def main() -> None:
    options = parse_options()
    torch.set_num_threads(1)
    today = read_module(options.repository, "losses")
    before_1_2 = read_module(options.repository, "losses", (COUNT_PAIRS,))
    print(json.dumps([examine(name, today, before_1_2, options.draws) for name in BATCHES]))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", type=Path, required=True, help="a clone of Deep_Metric_Learning_Baselines")
    parser.add_argument("--draws", type=int, default=1000)
    return parser.parse_args()


def examine(name, today, before_1_2, draws) -> dict:
    torch.manual_seed(0), np.random.seed(0), random.seed(0)
    embeddings, labels = make_batch(**BATCHES[name])
    triplet = {f"triplet, {miner}": today.TripletLoss(margin=0.2, sampling_method=miner) for miner in ("semihard", "softhard", "distance")}
    criteria = {
        **triplet,
        "margin": before_1_2.MarginLoss(n_classes=CLASSES, sampling_method="distance"),
        "margin, counts triplets": today.MarginLoss(n_classes=CLASSES, sampling_method="distance"),
        "n-pair": today.NPairLoss(l2=0.02),
        "proxy-nca": today.ProxyNCALoss(CLASSES, DIM),
    }
    unit = F.normalize(embeddings, dim=-1)
    return {
        "name": name,
        "embeddings": embeddings.tolist(),
        "labels": labels.tolist(),
        "losses": {loss: value_and_gradient(criterion, embeddings, labels, normalise=loss != "n-pair") for loss, criterion in criteria.items()},
        "draws": draws,
        "counts": {miner: count_draws(today.TupleSampler(miner), unit, labels, draws) for miner in ("semihard", "softhard", "npair")},
        "chances": chances_by_distance(today.TupleSampler("distance"), unit, labels.numpy()),
    }


def make_batch(spread: float, noise: float, common: float) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.arange(CLASSES).repeat_interleave(PER_CLASS)
    centres = common * torch.randn(DIM) + spread * torch.randn(CLASSES, DIM)
    return 0.3 * (centres[labels] + noise * torch.randn(len(labels), DIM)), labels


def value_and_gradient(criterion, embeddings, labels, normalise: bool) -> dict:
    """As its training does: the network normalises for all losses but n-pair."""
    rows = embeddings.clone().requires_grad_()
    batch = F.normalize(rows, dim=-1) if normalise else rows
    tuples = []
    if hasattr(criterion, "sampler"):
        tuples = criterion.sampler.give(batch.detach(), labels)
        criterion.sampler.give = lambda *_: tuples
    value = criterion(batch, labels)
    value.backward()
    weights = {name: {"value": weight.tolist(), "gradient": weight.grad.tolist()} for name, weight in criterion.named_parameters()}
    return {"tuples": np.array(tuples).tolist(), "value": value.item(), "gradient": rows.grad.tolist(), "weights": weights}


def count_draws(sampler, unit, labels, draws: int) -> dict:
    """How often every row was the positive and the negative of every anchor."""
    positives, negatives = np.zeros((2, len(labels), len(labels)), int)
    for _ in range(draws):
        for anchor, positive, *others in sampler.give(unit, labels):
            positives[anchor, positive] += 1
            negatives[anchor, others] += 1
    return {"positives": positives.tolist(), "negatives": negatives.tolist()}


def chances_by_distance(sampler, unit, labels) -> list:
    distances = sampler.pdist(unit).clamp(min=0.5)
    return [sampler.inverse_sphere_distances(unit, distances[row], labels, labels[row]).astype(float).tolist() for row in range(len(labels))]


if __name__ == "__main__":
    main()
