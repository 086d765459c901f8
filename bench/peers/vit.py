"""Vision transformers of timm, DINO and DINOv2 in PyTorch, for comparison with ours.

    python vit.py golden > ../../test/golden/vit.json    narrow networks in float64, which test/golden/vit.test.ts reads
    python vit.py positions > ../../test/golden/positions.json    positions of another trained size, as timm loads them
    python vit.py keys                                   names and shapes of their state dicts, as test/golden/arch-keys.json has them

Needs timm 1.0.31, and PYTHONPATH with the repositories facebookresearch/dino (7c446df; as `dino`) and facebookresearch/dinov2 (b8931f7).
At full size backbones.py compares and times them. Weights, images and upstream gradients of `golden` are hashes of their indices, as in test/golden/hashed.py.
"""

import argparse
import json
import math
from functools import partial

import torch

from backbones import rounded, summary
from hashed import hashed

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


def images_of(height, width):
    """As tinyImages in test/model/tiny-network.ts."""
    pixels = ((hashed(5000, 2 * height * width * 3) + 1) * 128).floor().reshape(2, height, width, 3)
    return ((pixels / 255 - 0.45) / 0.22).permute(0, 3, 1, 2)


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
    embeddings = describe_images(model, images_of(height, width), pool)
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


def positions():
    from timm.layers import resample_abs_pos_embed

    cases = []
    for old, new, channels in ((24, 14, 3), (10, 14, 3)):
        grid = hashed(9000 + old, (1 + old * old) * channels).reshape(1, -1, channels).float()
        resampled = resample_abs_pos_embed(grid, [new, new], num_prefix_tokens=1)
        cases.append({'from': old, 'to': new, 'channels': channels, 'positions': [rounded(value) for value in resampled.flatten().tolist()]})
    print(json.dumps({'about': 'made by bench/peers/vit.py', 'made_with': {'timm': '1.0.31'}, 'cases': cases}, separators=(',', ':')))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('golden', 'positions', 'keys'))
    {'golden': golden, 'positions': positions, 'keys': keys}[parser.parse_args().what]()
