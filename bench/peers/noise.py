"""Networks that leave out numbers or branches at random in training, in PyTorch, with the draws of lib/model/noise.ts.

    python noise.py > ../../test/golden/noise.json     small cases in float64, which test/golden/noise.test.ts reads

Needs what backbones.py and vit.py need for googlenet, efficientnet_b0, convnext_tiny and vit_small_patch16_224. The random numbers are written down once more
here (SHA-256, xoroshiro128+ as pure-rand starts it), so that the golden file also holds them to what they were.
"""

import hashlib
import json

import torch

from backbones import FAMILIES, hash_weights, hashed_images, rounded, summary
from hashed import hashed
from vit import images_of, tokens
from vit import hashed_weight as hashed_vit_weight

SEED = 4_000_000_007
# More than anybody takes, so that two images show branches of both kinds.
STOCHASTIC_DEPTH = 0.8
DROPOUT = 0.2


def uniforms(*path):
    """The stream of openRandom(...path)."""
    text = json.dumps(path, separators=(',', ':'))
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], 'little')
    mask = 0xFFFFFFFF
    s01, s00, s11, s10 = mask, ~seed & mask, seed, 0

    def step():
        nonlocal s01, s00, s11, s10
        out = (s00 + s10) & mask
        a0, a1 = s10 ^ s00, s11 ^ s01
        s00, s01 = (s00 << 24 ^ s01 >> 8 ^ a0 ^ a0 << 16) & mask, (s01 << 24 ^ s00 >> 8 ^ a1 ^ (a1 << 16 | a0 >> 16)) & mask
        s10, s11 = (a1 << 5 ^ a0 >> 27) & mask, (a0 << 5 ^ a1 >> 27) & mask
        return out

    while True:
        high, low = step() & 0x3FFFFFF, step() & 0x7FFFFFF
        yield (high * 2**27 + low) / 2**53


def factors(layer, rate, images, each):
    rows = []
    for image in range(images):
        stream = uniforms(SEED, layer, image)
        rows.append([0 if next(stream) < rate else 1 / (1 - rate) for _ in range(each)])
    return torch.tensor(rows, dtype=torch.float64)


class LeaveOut(torch.nn.Module):
    """In the place of torchvision's StochasticDepth and timm's DropPath, at the rate that these have."""

    def __init__(self, layer, rate):
        super().__init__()
        self.layer, self.rate = layer, rate
        self.kept = None

    def forward(self, branch):
        drawn = factors(self.layer, self.rate, len(branch), 1)
        self.kept = [int(value > 0) for value in drawn[:, 0]]
        return branch * drawn.reshape(-1, *[1] * (branch.dim() - 1))


def replace_stochastic_depth(model):
    """All that the package has, and nothing else, so its own rates are what is compared."""
    found = {}
    for name, module in list(model.named_modules()):
        rate = {'StochasticDepth': 'p', 'DropPath': 'drop_prob'}.get(type(module).__name__)
        if rate is None or getattr(module, rate) == 0:
            continue
        parent, _, last = name.rpartition('.')
        layer = parent + {'stochastic_depth': '', 'drop_path1': '.attn', 'drop_path2': '.mlp'}[last]
        found[layer] = LeaveOut(layer, getattr(module, rate))
        setattr(model.get_submodule(parent), last, found[layer])
    return found


def googlenet():
    model, _, size = FAMILIES['googlenet']()
    head = torch.nn.Linear(1024, 5)
    return model, lambda images: head(model(images) * factors('drop-out', DROPOUT, len(images), 1024)), size, head


def efficientnet_b0():
    from torchvision.models import efficientnet_b0 as build

    model = build(stochastic_depth_prob=STOCHASTIC_DEPTH)
    model.classifier = torch.nn.Identity()
    return model, model, (75, 90), None


def convnext_tiny():
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt

    widths = [12, 24, 48, 96, None]
    blocks = [CNBlockConfig(widths[i], widths[i + 1], depth) for i, depth in enumerate((3, 3, 9, 3))]
    model = ConvNeXt(blocks, stochastic_depth_prob=STOCHASTIC_DEPTH)
    model.classifier[2] = torch.nn.Identity()
    return model, model, (75, 90), None


def vit_small_patch16_224():
    from timm.models.vision_transformer import VisionTransformer

    model = VisionTransformer(
        embed_dim=24, depth=12, num_heads=6, num_classes=0, dynamic_img_size=True, drop_path_rate=STOCHASTIC_DEPTH
    )
    return model, lambda images: tokens(model, images)[1].mean(1), (96, 160), None


def case(build, of_64):
    model, embed, (height, width), head = build()
    model.double().eval()
    left_out = replace_stochastic_depth(model)
    is_vit = hasattr(model, 'cls_token')
    if is_vit:
        for index, (key, tensor) in enumerate(model.state_dict().items()):
            tensor.copy_(hashed_vit_weight(index, key, tensor.shape).float())
    else:
        hash_weights(model)
    parameters = dict(model.named_parameters())
    if head is not None:
        head.double()
        entries = len(model.state_dict())
        for index, (key, tensor) in enumerate(head.state_dict().items()):
            tensor.copy_((0.5 * hashed(entries + index + 1, tensor.numel()).reshape(tensor.shape)).float())
        parameters |= {f'embedding.{key}': tensor for key, tensor in head.named_parameters()}
    embeddings = embed(images_of(height, width) if is_vit else hashed_images(height, width))
    upstream = hashed(6000, embeddings.numel()).reshape(embeddings.shape)
    (embeddings * upstream).sum().backward()
    return {
        'backbone': build.__name__,
        'channels_of_64': of_64,
        'pictures': 5000 if is_vit else 5300,
        'height': height,
        'width': width,
        **({'embedding': 5, 'dropout': DROPOUT} if head is not None else {'stochastic_depth': STOCHASTIC_DEPTH}),
        'kept': {layer: module.kept for layer, module in left_out.items() if module.kept},
        'embeddings': [rounded(value) for value in embeddings.flatten().tolist()],
        'gradients': {key: summary(7000 + i, tensor.grad) for i, (key, tensor) in enumerate(parameters.items())},
    }


if __name__ == '__main__':
    cases = [case(googlenet, 64), case(efficientnet_b0, 64), case(convnext_tiny, 8), case(vit_small_patch16_224, 4)]
    lines = ',\n'.join(json.dumps(one, separators=(',', ':')) for one in cases)
    about = {'about': 'made by bench/peers/noise.py', 'made_with': {'torch': torch.__version__.split('+')[0]}, 'seed': SEED}
    print(json.dumps(about)[:-1] + ', "cases": [\n' + lines + '\n]}')
