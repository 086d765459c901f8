"""Vision transformers of timm, DINO and DINOv2 in PyTorch, for comparison with ours.

    python vit.py golden > ../../test/golden/vit.json    narrow networks in float64, which test/golden/vit.test.ts reads
    python vit.py keys                                   names and shapes of their state dicts, as test/golden/arch-keys.json has them
    python vit.py describe NAME FOLDER [--side 224]      full size, the package's random weights: weights.pth, images.bin, cls.bin, spoc.bin, gradients.json
    python vit.py time NAME [--images 16] [--side 224] [--bfloat16]

Needs timm 1.0.31, and PYTHONPATH with the repositories facebookresearch/dino (7c446df; as `dino`) and facebookresearch/dinov2 (b8931f7).
Weights, images and upstream gradients of `golden` are hashes of their indices, as in tiny-resnet.py.
"""

import argparse
import json
import math
import time
from functools import partial
from pathlib import Path

import torch

from backbones import hashed, hashed_images, rounded, summary

WIDTH = 4  # of 64: 24 or 48 channels, of 4 a head
NORM = partial(torch.nn.LayerNorm, eps=1e-6)


def timm_vit(channels, width=64):
    from timm.models.vision_transformer import VisionTransformer

    return VisionTransformer(
        embed_dim=channels * width // 64, depth=12, num_heads=channels // 64, num_classes=0, dynamic_img_size=True
    )


def dino(channels, width=64):
    from dino.vision_transformer import VisionTransformer

    return VisionTransformer(
        embed_dim=channels * width // 64, depth=12, num_heads=channels // 64, qkv_bias=True, norm_layer=NORM
    )


def dinov2(channels, width=64, registers=0):
    from dinov2.layers import MemEffAttention
    from dinov2.layers import NestedTensorBlock as Block
    from dinov2.models.vision_transformer import DinoVisionTransformer

    # hub/backbones.py and vit_small, vit_base of vision_transformer.py
    return DinoVisionTransformer(
        img_size=518,
        patch_size=14,
        embed_dim=channels * width // 64,
        depth=12,
        num_heads=channels // 64,
        init_values=1.0,
        block_fn=partial(Block, attn_class=MemEffAttention),
        block_chunks=0,
        num_register_tokens=registers,
        interpolate_antialias=registers > 0,
        interpolate_offset=0.0 if registers > 0 else 0.1,
    )


NETWORKS = {
    'vit_small_patch16_224': partial(timm_vit, 384),
    'vit_base_patch16_224': partial(timm_vit, 768),
    'dino_vits16': partial(dino, 384),
    'dino_vitb16': partial(dino, 768),
    'dinov2_vits14': partial(dinov2, 384),
    'dinov2_vitb14': partial(dinov2, 768),
    'dinov2_vits14_reg': partial(dinov2, 384, registers=4),
    'dinov2_vitb14_reg': partial(dinov2, 768, registers=4),
}

# network, pool, height, width
CASES = [
    ('vit_small_patch16_224', 'cls', 224, 224),
    ('vit_small_patch16_224', 'spoc', 96, 160),
    ('vit_base_patch16_224', 'mac', 256, 240),
    ('dino_vits16', 'cls', 96, 160),
    ('dino_vitb16', 'spoc', 240, 256),
    ('dinov2_vits14', 'cls', 70, 98),
    ('dinov2_vitb14', 'spoc', 56, 56),
    ('dinov2_vits14_reg', 'cls', 70, 98),
    ('dinov2_vitb14_reg', 'mac', 56, 70),
]


def tokens(model, images):
    """The class token, and the patches, behind the last norm."""
    features = model.forward_features(images) if hasattr(model, 'forward_features') else None
    if isinstance(features, dict):
        return features['x_norm_clstoken'], features['x_norm_patchtokens']
    if features is None:
        features = model.get_intermediate_layers(images, 1)[0]
    return features[:, 0], features[:, 1:]


def describe_images(model, images, pool):
    first, patches = tokens(model, images)
    return {'cls': lambda: first, 'spoc': lambda: patches.mean(1), 'mac': lambda: patches.amax(1)}[pool]()


def used(state):
    return {name: tensor for name, tensor in state.items() if name != 'mask_token'}


def hashed_weight(index, name, shape):
    """As tinyWeights in test/model/tiny-network.ts."""
    values = hashed(index + 1, math.prod(shape)).reshape(shape)
    if len(shape) == 4:
        return values * math.sqrt(6 / (shape[0] * shape[2] * shape[3]))
    if name in ('cls_token', 'pos_embed', 'register_tokens'):
        return values * 0.3
    last = name.split('.')[-1]
    if name == 'patch_embed.proj.bias' or ('norm' in name and last == 'bias'):
        return values * 0.2
    if 'norm' in name or last == 'gamma':
        return 1 + values * 0.3
    return values * 0.5


def case(name, pool, height, width):
    model = NETWORKS[name](width=WIDTH).double()
    state = used(model.state_dict())
    for index, (key, tensor) in enumerate(state.items()):
        tensor.copy_(hashed_weight(index, key, tensor.shape).float().double())
    embeddings = describe_images(model, hashed_images(height, width), pool)
    upstream = hashed(6000, embeddings.numel()).reshape(embeddings.shape)
    (embeddings * upstream).sum().backward()
    parameters = used(dict(model.named_parameters()))
    return {
        'backbone': name,
        'pool': pool,
        'height': height,
        'width': width,
        'embeddings': [rounded(value) for value in embeddings.flatten().tolist()],
        'gradients': {key: summary(7000 + i, parameters[key].grad) for i, key in enumerate(state)},
    }


def golden():
    lines = ',\n'.join(json.dumps(case(*row), separators=(',', ':')) for row in CASES)
    about = {'about': 'made by bench/peers/vit.py', 'made_with': {'torch': torch.__version__.split('+')[0]}, 'channels_of_64': WIDTH}
    print(json.dumps(about)[:-1] + ', "cases": [\n' + lines + '\n]}')


def keys():
    sources = {'vit': 'timm 1.0.31', 'dino': 'facebookresearch/dino 7c446df', 'dinov2': 'facebookresearch/dinov2 b8931f7'}
    found = {}
    for name, build in NETWORKS.items():
        state = build().state_dict()
        found[name] = {
            'package': sources[name.split('_')[0]],
            'entries': len(state),
            'parameters': sum(tensor.numel() for tensor in state.values()),
            'state_dict': {key: list(tensor.shape) for key, tensor in state.items()},
            'dtypes_other_than_float32': [],
        }
    print(json.dumps(found))


def describe(name, folder, side):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    model = NETWORKS[name]()
    images = torch.randint(0, 256, (2, side, side, 3), dtype=torch.uint8)
    torch.save(model.state_dict(), folder / 'weights.pth')
    images.numpy().tofile(folder / 'images.bin')
    normalised = ((images.float() / 255 - 0.45) / 0.22).permute(0, 3, 1, 2)
    first, patches = tokens(model, normalised)
    first.detach().numpy().astype('<f4').tofile(folder / 'cls.bin')
    patches.mean(1).detach().numpy().astype('<f4').tofile(folder / 'spoc.bin')
    (first * hashed(6000, first.numel()).reshape(first.shape).float()).sum().backward()
    gradients = {key: p.grad.flatten().double().norm().item() for key, p in model.named_parameters() if p.grad is not None}
    (folder / 'gradients.json').write_text(json.dumps(gradients))


def measure(name, images, side, threads, bfloat16):
    torch.set_num_threads(threads)
    model = NETWORKS[name]().eval()
    batch = torch.randn(images, 3, side, side)
    precision = partial(torch.autocast, 'cpu', torch.bfloat16, enabled=bfloat16)

    def forward():
        with torch.no_grad(), precision():
            tokens(model, batch)

    def step():
        with precision():
            first, _ = tokens(model, batch)
        first.float().sum().backward()

    for label, work in {'describe': forward, 'train': step}.items():
        work()
        spans = []
        for _ in range(4):
            start = time.perf_counter()
            work()
            spans.append(time.perf_counter() - start)
        print(json.dumps({'network': name, 'what': label, 'seconds': round(min(spans), 4), 'images_a_second': round(images / min(spans), 1)}))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('golden', 'keys', 'describe', 'time'))
    parser.add_argument('name', choices=NETWORKS, nargs='?')
    parser.add_argument('folder', type=Path, nargs='?')
    parser.add_argument('--images', type=int, default=16)
    parser.add_argument('--side', type=int, default=224)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--bfloat16', action='store_true')
    options = parser.parse_args()
    if options.what == 'golden':
        golden()
    elif options.what == 'keys':
        keys()
    elif options.name is None or (options.what == 'describe' and options.folder is None):
        parser.error(f'{options.what} needs a network, describe also a folder')
    elif options.what == 'time':
        measure(options.name, options.images, options.side, options.threads, options.bfloat16)
    else:
        describe(options.name, options.folder, options.side)
