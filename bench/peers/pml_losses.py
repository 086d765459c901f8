"""Times losses of pytorch-metric-learning, value and gradient, one request after another: bench/losses.ts sends them.

A line in: {"loss": name, "rows": 128, "dim": 128, "classes": 32, "labels": [...], "embeddings_seed": 0, "seconds": 0.3}
A line out: {"milliseconds": median of one evaluation}

    python pml_losses.py THREADS
"""

import json
import statistics
import sys
import time

import torch
from pytorch_metric_learning import losses, miners

LEAST = 3


def main() -> None:
    torch.set_num_threads(int(sys.argv[1]))
    opened = {}
    for line in sys.stdin:
        request = json.loads(line)
        key = (request["loss"], request["rows"], request["dim"])
        if key not in opened:
            opened[key] = prepare(request)
        print(json.dumps({"milliseconds": measure(opened[key], request["seconds"])}), flush=True)


def prepare(request):
    torch.manual_seed(0)
    dim, classes = request["dim"], request["classes"]
    loss = LOSSES[request["loss"]](dim, classes)
    miner = MINERS.get(request["loss"])
    embeddings = torch.randn(request["rows"], dim).requires_grad_()
    labels = torch.tensor(request["labels"])

    def evaluate():
        tuples = miner(embeddings, labels) if miner else None
        if request["loss"] == "vicreg":
            value = loss(embeddings[0::2], ref_emb=embeddings[1::2])
        elif request["loss"] == "manifold":
            value = loss(embeddings)
        elif request["loss"] == "dynamic-soft-margin":
            # Its histogram keeps the graph of the step before, so a second backward pass fails.
            value = losses.DynamicSoftMarginLoss()(embeddings, labels, tuples)
        else:
            value = loss(embeddings, labels, tuples)
        value.backward()
        value.item()
        embeddings.grad = None
        for parameter in loss.parameters():
            parameter.grad = None

    evaluate()
    return evaluate


def measure(evaluate, seconds):
    """Evaluates for so many seconds, at least LEAST times."""
    samples = []
    start = time.perf_counter()
    while len(samples) < LEAST or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        evaluate()
        samples.append(1000 * (time.perf_counter() - before))
    return statistics.median(samples)


LOSSES = {
    "contrastive": lambda dim, classes: losses.ContrastiveLoss(),
    "triplet": lambda dim, classes: losses.TripletMarginLoss(),
    "margin": lambda dim, classes: losses.MarginLoss(learn_beta=True),
    "snr-contrastive": lambda dim, classes: losses.SignalToNoiseRatioContrastiveLoss(),
    "intra-pair-variance": lambda dim, classes: losses.IntraPairVarianceLoss(),
    "threshold-consistent-margin": lambda dim, classes: losses.ThresholdConsistentMarginLoss(),
    "tuplet-margin": lambda dim, classes: losses.TupletMarginLoss(),
    "angular": lambda dim, classes: losses.AngularLoss(),
    "ntxent": lambda dim, classes: losses.NTXentLoss(),
    "supcon": lambda dim, classes: losses.SupConLoss(),
    "n-pair": lambda dim, classes: losses.NPairsLoss(),
    "multi-similarity": lambda dim, classes: losses.MultiSimilarityLoss(),
    "multi-similarity + miner": lambda dim, classes: losses.MultiSimilarityLoss(),
    "circle": lambda dim, classes: losses.CircleLoss(),
    "lifted-structure": lambda dim, classes: losses.LiftedStructureLoss(),
    "generalized-lifted-structure": lambda dim, classes: losses.GeneralizedLiftedStructureLoss(),
    "nca": lambda dim, classes: losses.NCALoss(),
    "ranked-list": lambda dim, classes: losses.RankedListLoss(margin=0.4, Tn=10),
    "fastap": lambda dim, classes: losses.FastAPLoss(),
    "histogram": lambda dim, classes: losses.HistogramLoss(),
    "pnp": lambda dim, classes: losses.PNPLoss(),
    "instance": lambda dim, classes: losses.InstanceLoss(),
    "vicreg": lambda dim, classes: losses.VICRegLoss(),
    "dynamic-soft-margin": lambda dim, classes: losses.DynamicSoftMarginLoss(),
    "normalized-softmax": lambda dim, classes: losses.NormalizedSoftmaxLoss(classes, dim),
    "cosface": lambda dim, classes: losses.CosFaceLoss(classes, dim),
    "arcface": lambda dim, classes: losses.ArcFaceLoss(classes, dim),
    "sphereface": lambda dim, classes: losses.SphereFaceLoss(classes, dim),
    "large-margin-softmax": lambda dim, classes: losses.LargeMarginSoftmaxLoss(classes, dim),
    "sub-center-arcface": lambda dim, classes: losses.SubCenterArcFaceLoss(num_classes=classes, embedding_size=dim),
    "p2sgrad": lambda dim, classes: losses.P2SGradLoss(descriptors_dim=dim, num_classes=classes),
    "proxy-anchor": lambda dim, classes: losses.ProxyAnchorLoss(classes, dim),
    "proxy-nca": lambda dim, classes: losses.ProxyNCALoss(classes, dim),
    "soft-triple": lambda dim, classes: losses.SoftTripleLoss(classes, dim, centers_per_class=2),
    "manifold": lambda dim, classes: losses.ManifoldLoss(l=dim),
}
MINERS = {"multi-similarity + miner": miners.MultiSimilarityMiner()}

main()
