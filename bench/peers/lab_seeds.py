"""Two lab epochs at learning rate 1e-5 for three seeds, as a reference to put our own beside: lab_seeds.json.

    python lab_seeds.py --root CUB_200_2011 --weights resnet18.pth --out lab_seeds.json
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import PIL
import torch
import torchvision

KEPT = ["seed", "epoch", "loss", "active_fraction", "precision_at_1", "map_at_r"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    records = [line for seed in range(options.seeds) for line in run_seed(seed, options)]
    versions = {"torch": torch.__version__, "torchvision": torchvision.__version__, "pillow": PIL.__version__}
    command = f"python bench/peers/lab_seeds.py --epochs {options.epochs} --seeds {options.seeds} --threads {options.threads}"
    options.out.write_text(json.dumps({"command": command, "versions": versions, "epochs": records}, indent=2) + "\n")


def run_seed(seed: int, options: argparse.Namespace) -> list[dict]:
    """The lab's arithmetic through the fastest row: the same numbers sooner."""
    script = Path(__file__).with_name("lab_epoch.py")
    command = [sys.executable, script, "--root", options.root, "--weights", options.weights, "--row", "malloc"]
    command += ["--workers", "0", "--threads", options.threads, "--epochs", options.epochs, "--seed", seed, "--untrained"]
    lines = []
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append({name: value for name, value in json.loads(line).items() if name in KEPT})
    if process.returncode != 0:
        raise SystemExit(process.returncode)
    return lines


if __name__ == "__main__":
    main()
