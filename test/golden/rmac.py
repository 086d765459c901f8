"""Makes rmac.json: R-MAC after Tolias, Sicre and Jegou 2016 as cnnimageretrieval defines it (3 levels, overlap 0.4), in PyTorch, float64.

Run: python rmac.py > rmac.json. Maps and upstream gradients are hashes of their indices (hashed.py).
"""

import json
import math

import torch

from hashed import hashed

SIZES = [(7, 7), (7, 10), (12, 5), (3, 3), (16, 9), (4, 14), (5, 5), (9, 9)]
CHANNELS = 3


def squares(height, width, levels=3, overlap=0.4):
    short, long = min(height, width), max(height, width)
    wanted = torch.arange(2, 8).double()
    stride = (long - short) / (wanted - 1)
    extra = int(torch.argmin(torch.abs((short**2 - short * stride) / short**2 - overlap))) + 1
    down, across = (extra if height > width else 0), (extra if height < width else 0)
    found = []
    for level in range(1, levels + 1):
        size = math.floor(2 * short / (level + 1))
        middle = math.floor(size / 2 - 1)

        def starts(length, count):
            step = 0 if count == 1 else (length - size) / (count - 1)
            return [math.floor(middle + i * step) - middle for i in range(count)]

        if size > 0:
            found += [(t, l, size) for t in starts(height, level + down) for l in starts(width, level + across)]
    return found


def rmac(x):
    def part(region):
        largest = region.amax((2, 3))
        return largest / (largest.norm(dim=1, keepdim=True) + 1e-6)

    height, width = x.shape[2:]
    return part(x) + sum(part(x[:, :, t : t + s, l : l + s]) for t, l, s in squares(height, width))


def case(height, width):
    x = hashed(1, 2 * CHANNELS * height * width).reshape(2, CHANNELS, height, width).float().double().requires_grad_()
    y = rmac(x)
    (y * hashed(2, y.numel()).reshape(y.shape)).sum().backward()
    return {
        'height': height,
        'width': width,
        'squares': squares(height, width),
        'output': y.flatten().tolist(),
        'gradient': x.grad.flatten().tolist(),
    }


print(json.dumps({'made_with': {'torch': torch.__version__.split('+')[0]}, 'cases': [case(*size) for size in SIZES]}))
