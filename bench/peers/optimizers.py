# Seconds of one step of torch.optim over ResNet18's weights, gradient norm included; a JSON line per optimiser and variant.
import json
import sys
import time

import torch
import torchvision

threads, rounds = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(threads)

optimizers = {
    "sgd": lambda weights, **options: torch.optim.SGD(weights, lr=1e-3, momentum=0.9, weight_decay=1e-4, **options),
    "adam": lambda weights, **options: torch.optim.Adam(weights, lr=1e-5, weight_decay=4e-4, **options),
    "adamw": lambda weights, **options: torch.optim.AdamW(weights, lr=1e-5, **options),
    "adamw amsgrad": lambda weights, **options: torch.optim.AdamW(weights, lr=1e-5, amsgrad=True, **options),
    "rmsprop": lambda weights, **options: torch.optim.RMSprop(weights, lr=1e-6, weight_decay=1e-4, momentum=0.9, **options),
}
variants = {"for-loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def main():
    network = torchvision.models.resnet18(num_classes=1)
    del network.fc
    weights = list(network.parameters())
    for name, open_optimizer in optimizers.items():
        for variant, options in variants.items():
            if name == "rmsprop" and variant == "fused":
                continue
            for weight in weights:
                weight.grad = torch.full_like(weight, 1e-3)
            optimizer = open_optimizer(weights, **options)
            samples = [seconds_of_step(optimizer, weights) for _ in range(rounds + 3)][3:]
            print(json.dumps({"optimizer": name, "variant": variant, "seconds": samples}), flush=True)


def seconds_of_step(optimizer, weights):
    started = time.perf_counter()
    torch.nn.utils.clip_grad_norm_(weights, float("inf"))
    optimizer.step()
    return time.perf_counter() - started


main()
