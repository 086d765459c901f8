"""An epoch of the lab in PyTorch on the pictures and batches of an epoch of ours (bench/same-epoch.ts): are losses and weights the same?

    python same_epoch.py --weights resnet18.pth --ours model.safetensors --folder FOLDER

Prints markdown: what is compared, and by how much it differs. Weights move by less than a hundredth of their size in an epoch, so it is their movement
that is compared. AdamW moves a weight by the rate whichever sign its gradient has, so gradients within rounding of 0 move weights apart.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import load_file

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)


def main() -> None:
    options = parse_options()
    torch.set_num_threads(options.threads)
    plan = json.loads((options.folder / "plan.json").read_text())
    start = torch.load(options.weights, weights_only=True)
    model = open_network(start)
    # Of the original's settings none differs from ours: weight decay 0.01, epsilon 1e-8.
    optimizer = torch.optim.AdamW(trained_parameters(model), lr=plan[0]["lr"])
    losses = []
    with open(options.folder / "pixels.bin", "rb") as pixels:
        for step in plan:
            images = read_images(pixels, step)
            loss = triplet_loss(describe(model, images), step)
            for group in optimizer.param_groups:
                group["lr"] = step["lr"]
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    report(plan, losses, start, model.state_dict(), load_file(options.ours), images)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--ours", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def open_network(weights: dict[str, torch.Tensor]) -> torch.nn.Module:
    model = torchvision.models.resnet18()
    model.load_state_dict(weights)
    return model.eval()  # batch norm by its stored statistics; its scale and shift are trained


def trained_parameters(model: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [parameter for name, parameter in model.named_parameters() if not name.startswith("fc.")]


def read_images(pixels, step: dict) -> torch.Tensor:
    side, count = step["size"], max(step["pictures"]) + 1
    bytes_ = np.frombuffer(pixels.read(count * side * side * 3), dtype=np.uint8).reshape(count, side, side, 3)
    images = torch.from_numpy(bytes_.copy()).permute(0, 3, 1, 2).float() / 255
    return ((images - MEAN) / STD)[step["pictures"]]


def describe(model: torch.nn.Module, images: torch.Tensor) -> torch.Tensor:
    features = torch.nn.Sequential(*list(model.children())[:-2])(images)
    return F.normalize(features.mean(dim=(2, 3)), dim=1, eps=1e-6)


def triplet_loss(vectors: torch.Tensor, step: dict) -> torch.Tensor:
    anchor, positive, negative = (vectors[step[role]] for role in ("anchors", "positives", "negatives"))
    return F.relu((anchor - positive).square().sum(1) - (anchor - negative).square().sum(1) + 0.1).mean()


def report(plan, losses, start, theirs, ours, images) -> None:
    print(f"| of {len(plan)} steps | difference |\n| --- | --- |")
    apart = [abs(step["loss"] - loss) / loss for step, loss in zip(plan, losses)]
    print(f"| loss of the first step, relative | {apart[0]:.1e} |")
    print(f"| loss of a step, relative, the largest | {max(apart):.1e} |")
    moved, difference = 0.0, 0.0
    for name in ours:
        if not name.endswith(("running_mean", "running_var", "num_batches_tracked")):
            moved += (theirs[name] - start[name]).double().square().sum().item()
            difference += (ours[name] - theirs[name]).double().square().sum().item()
    print(f"| movement of all weights, relative | {(difference / moved) ** 0.5:.1e} |")
    with torch.no_grad():
        before, after, own = (describe(open_network({**start, **weights}), images) for weights in (start, theirs, ours))
    print(f"| movement of the descriptors of the last batch, relative | {((own - after).norm() / (after - before).norm()).item():.1e} |")


if __name__ == "__main__":
    main()
