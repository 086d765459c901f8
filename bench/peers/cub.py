"""The lab's images and triplets, read as its dml.py does: first n images of each class in file order, no cache, PIL."""

import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from torch.utils.data import Dataset
from torchvision import transforms

NORMALISE = transforms.Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])

TRAIN = transforms.Compose(
    [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip(0.5), transforms.ToTensor(), NORMALISE]
)
EVAL = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(), NORMALISE])


@dataclass(frozen=True)
class Labelled:
    """Image files with their class numbers (0-based), grouped by class."""

    paths: list[Path]
    labels: list[int]


def read_cub(root: Path, classes: range, first: int | None = None) -> Labelled:
    """Images of `classes`, all or the first few of each class in the order of images.txt."""
    names = [line.split()[1] for line in (root / "images.txt").read_text().splitlines() if line]
    labels = [int(line.split()[1]) - 1 for line in (root / "image_class_labels.txt").read_text().splitlines() if line]
    kept = [
        (root / "images" / names[i], label)
        for label in classes
        for i in [i for i, other in enumerate(labels) if other == label][:first]
    ]
    return Labelled([path for path, _ in kept], [label for _, label in kept])


class Images(Dataset):
    """One transformed image an index, decoded when asked for."""

    def __init__(self, images: Labelled, transform):
        self.images, self.transform = images, transform

    def __len__(self):
        return len(self.images.paths)

    def __getitem__(self, index):
        with Image.open(self.images.paths[index]) as image:
            return self.transform(image.convert("RGB"))


class Triplets(Dataset):
    """Image i as anchor, a random other image of its class, and the negative mined for it; each transformed by itself."""

    def __init__(self, images: Labelled, negatives: list[int]):
        self.single, self.negatives = Images(images, TRAIN), negatives
        self.of_class: dict[int, list[int]] = {}
        for i, label in enumerate(images.labels):
            self.of_class.setdefault(label, []).append(i)

    def __len__(self):
        return len(self.single)

    def __getitem__(self, anchor):
        label = self.single.images.labels[anchor]
        positive = random.choice([i for i in self.of_class[label] if i != anchor])
        return self.single[anchor], self.single[positive], self.single[self.negatives[anchor]]
