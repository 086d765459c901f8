"""Losses and gradients of pytorch-metric-learning's CrossBatchMemory, batch after batch, as JSON on standard output.

python bench/peers/memory_golden.py > test/golden/memory.json    (pytorch-metric-learning 2.8.1)
"""

import json

import torch
from pytorch_metric_learning import distances, losses, miners

ROWS, DIM, SIZE, STEPS = 12, 6, 30, 6


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(4)
    # Numbers that float32 holds exactly; every class of a batch has two images or more.
    embeddings = torch.round(torch.randn(STEPS, ROWS, DIM) * 2**14) / 2**14
    labels = torch.stack([torch.randperm(6)[: ROWS // 3].repeat_interleave(3)[torch.randperm(ROWS)] for _ in range(STEPS)])
    print(
        json.dumps(
            {
                "made_with": "pytorch-metric-learning 2.8.1, torch " + torch.__version__,
                "size": SIZE,
                "embeddings": embeddings.tolist(),
                "labels": labels.tolist(),
                "entries": [entry(spec, loss, miner, embeddings, labels) for spec, loss, miner in cases()],
            },
            separators=(",", ":"),
        )
    )


def cases():
    yield {"loss": "contrastive"}, losses.ContrastiveLoss(), None
    yield {"loss": "contrastive", "positive_margin": 0.2, "negative_margin": 0.6}, losses.ContrastiveLoss(0.2, 0.6), None
    triplet = {"loss": "triplet", "margin": 0.2, "distance": {"name": "euclidean"}, "reducer": {"name": "active-mean"}}
    yield triplet, losses.TripletMarginLoss(margin=0.2), None
    yield {"loss": "ntxent", "temperature": 0.2}, losses.NTXentLoss(0.2), None
    yield {"loss": "multi-similarity"}, losses.MultiSimilarityLoss(), None
    mined = {"loss": "multi-similarity", "miner": {"name": "multi-similarity", "epsilon": 0.1}}
    yield mined, losses.MultiSimilarityLoss(), miners.MultiSimilarityMiner(0.1)
    yield {"loss": "supcon", "temperature": 0.2}, losses.SupConLoss(0.2), None
    yield {"loss": "circle"}, losses.CircleLoss(), None
    yield {"loss": "generalized-lifted-structure"}, losses.GeneralizedLiftedStructureLoss(), None
    yield {"loss": "tuplet-margin", "margin": 5.73, "scale": 64}, losses.TupletMarginLoss(), None
    yield {"loss": "angular", "raw_negatives": True}, losses.AngularLoss(), None
    yield {"loss": "margin", "beta": 1.0, "learn_beta": False}, losses.MarginLoss(beta=1.0), None
    yield {"loss": "snr-contrastive", "positive_margin": 0.2}, losses.SignalToNoiseRatioContrastiveLoss(pos_margin=0.2), None
    yield {"loss": "intra-pair-variance"}, losses.IntraPairVarianceLoss(), None
    minkowski = {"loss": "contrastive", "distance": {"name": "lp", "p": 3, "normalise": False}}
    yield minkowski, losses.ContrastiveLoss(distance=distances.LpDistance(p=3, normalize_embeddings=False)), None


def entry(spec, loss, miner, embeddings, labels):
    memory = losses.CrossBatchMemory(loss, DIM, memory_size=SIZE, miner=miner)
    steps = []
    for rows, classes in zip(embeddings, labels):
        rows = rows.clone().requires_grad_()
        value = memory(rows, classes)
        value.backward()
        steps.append({"loss": value.item(), "gradient": rows.grad.tolist()})
    return {"spec": spec, "steps": steps}


main()
