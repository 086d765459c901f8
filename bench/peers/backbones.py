"""Networks of torchvision and pretrainedmodels in PyTorch, for comparison with ours. A function a family; FAMILIES names them.

    python backbones.py golden NAME > ../../test/golden/backbones/NAME.json     a small case in float64, which test/golden/backbones.test.ts reads
    python backbones.py describe NAME FOLDER                                    full size: writes weights.pth, images.bin, embeddings.bin, gradients.bin
    python backbones.py time NAME [--images 16] [--side 224] [--threads 2]      seconds for forward, and for forward and backward

Weights, images and upstream gradients of `golden` are hashes of their indices (test/golden/hashed.py and test/model/tiny-network.ts), so the files hold
results only. BN-Inception needs `pip install --no-deps pretrainedmodels==0.7.4 munch six tqdm`.
"""

import argparse
import json
import math
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch

sys.path.append(str(Path(__file__).parents[2] / 'test' / 'golden'))
from hashed import hashed

IMAGES = 2
# Of the images: one with which no input of a ReLU or of a maximum is so near its kink that float32 falls on the other side.
STREAM = 5300


def googlenet():
    from torchvision.models import googlenet as build

    model = build(init_weights=True, aux_logits=False)
    model.dropout = model.fc = torch.nn.Identity()
    return model, model, (75, 90)


def bninception():
    from pretrainedmodels.models.bninception import BNInception

    model = BNInception()
    model.last_linear = torch.nn.Identity()
    # Every stride has to meet maps of an even side: the package cannot join others.
    return model, lambda images: model.features(images).mean((2, 3)), (70, 99)


def mobilenet_v3_large():
    from torchvision.models import mobilenet_v3_large as build

    model = build()
    model.classifier = torch.nn.Identity()
    return model, model, (75, 90)


def efficientnet_b0():
    from torchvision.models import efficientnet_b0 as build

    model = build(stochastic_depth_prob=0.0)
    model.classifier = torch.nn.Identity()
    return model, model, (75, 90)


def convnext_tiny(width=64):
    from torchvision.models.convnext import CNBlockConfig, ConvNeXt

    widths = [96 * width // 64 << stage for stage in range(4)] + [None]
    model = ConvNeXt([CNBlockConfig(widths[i], widths[i + 1], depth) for i, depth in enumerate((3, 3, 9, 3))])
    model.classifier[2] = torch.nn.Identity()
    return model, model, (75, 90)


def transformer(name):
    from vit import NETWORKS, tokens

    model = NETWORKS[name]()
    if hasattr(model, 'mask_token'):
        del model.mask_token
    return model, lambda images: tokens(model, images)[1].mean(1), None


# Their small cases are in vit.py, which says what they need.
TRANSFORMERS = [
    *('vit_small_patch16_224', 'vit_base_patch16_224', 'dino_vits16', 'dino_vitb16'),
    *('dinov2_vits14', 'dinov2_vitb14', 'dinov2_vits14_reg', 'dinov2_vitb14_reg'),
]

# A model without its classifier, what gives [images, dim] from normalised images, and the height and width of a small case.
FAMILIES = {
    'googlenet': googlenet,
    'bninception': bninception,
    'mobilenet_v3_large': mobilenet_v3_large,
    'efficientnet_b0': efficientnet_b0,
    'convnext_tiny': convnext_tiny,
    **{name: partial(transformer, name) for name in TRANSFORMERS},
}
# Of a small case, where it is not as wide as the real one, whose 28 million weights take too long to make.
MODEL_WIDTHS = {'convnext_tiny': 8}


def hash_weights(model):
    """Numbers of float32, whatever the model computes in."""
    linear = {key for key, module in model.named_modules() if isinstance(module, torch.nn.Linear)}
    for index, (key, tensor) in enumerate(model.state_dict().items()):
        if tensor.is_floating_point():
            tensor.copy_(hashed_weight(index, key, tensor.shape, linear).float())


def hashed_weight(index, name, shape, linear):
    values = hashed(index + 1, math.prod(shape)).reshape(shape)
    if name.rpartition('.')[0] in linear:
        return 0.5 * values
    if len(shape) == 4:
        outputs = 1 if shape[1] == 1 else shape[0]
        return values * math.sqrt(6 / (outputs * shape[2] * shape[3]))
    scale, centre = {
        'weight': (0.3, 1),
        'layer_scale': (0.3, 1),
        'bias': (0.2, 0),
        'running_mean': (0.2, 0),
        'running_var': (0.5, 1),
    }[name.split('.')[-1]]
    return centre + scale * values


def hashed_images(height, width):
    pixels = ((hashed(STREAM, IMAGES * height * width * 3) + 1) * 128).floor().reshape(IMAGES, height, width, 3)
    return ((pixels / 255 - 0.45) / 0.22).permute(0, 3, 1, 2)


def summary(stream, tensor):
    flat = tensor.detach().flatten()
    return {'l2': rounded(flat.norm().item()), 'dot': rounded((flat * hashed(stream, flat.numel())).sum().item())}


def rounded(value):
    return float(f'{value:.9g}')


def golden(name):
    cases = []
    size = {'width': MODEL_WIDTHS[name]} if name in MODEL_WIDTHS else {}
    has_batchnorm = any('running_mean' in key for key in FAMILIES[name](**size)[0].state_dict())
    for batchnorm in ('frozen', 'live') if has_batchnorm else ('frozen',):
        model, embed, (height, width) = FAMILIES[name](**size)
        model.double().train(batchnorm == 'live')
        state = model.state_dict()
        hash_weights(model)
        embeddings = embed(hashed_images(height, width))
        upstream = hashed(6000, embeddings.numel()).reshape(embeddings.shape)
        (embeddings * upstream).sum().backward()
        # Live batch norm of two images magnifies rounding: PyTorch's own float32 is off by 1e-2 there.
        gradients = {key: summary(7000 + i, p.grad) for i, (key, p) in enumerate(model.named_parameters())}
        running = {key: summary(8000, tensor) for key, tensor in state.items() if 'running' in key}
        cases.append(
            {
                'batchnorm': batchnorm,
                'height': height,
                'width': width,
                'embeddings': [rounded(value) for value in embeddings.flatten().tolist()],
                'gradients': gradients if batchnorm == 'frozen' else {},
                'running_after': running if batchnorm == 'live' else {},
            }
        )
    about = {'about': 'made by bench/peers/backbones.py', 'made_with': {'torch': torch.__version__.split('+')[0]}}
    lines = ',\n'.join(json.dumps(case, separators=(',', ':')) for case in cases)
    print(json.dumps({**about, 'backbone': name, **size})[:-1] + ', "cases": [\n' + lines + '\n]}')


def describe(name, folder):
    """Float32. With weights as small as packages start with, maps are nearly constant, and rounding decides where their maxima are."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    model, embed, _ = FAMILIES[name]()
    if name not in TRANSFORMERS:
        hash_weights(model)
    images = torch.randint(0, 256, (4, 224, 224, 3), dtype=torch.uint8)
    model.eval()
    torch.save(model.state_dict(), folder / 'weights.pth')
    images.numpy().tofile(folder / 'images.bin')
    embeddings = embed(((images.float() / 255 - 0.45) / 0.22).permute(0, 3, 1, 2))
    embeddings.detach().numpy().astype('<f4').tofile(folder / 'embeddings.bin')
    embeddings.square().sum().backward()
    np.concatenate([p.grad.flatten().numpy() for p in model.parameters()]).astype('<f4').tofile(folder / 'gradients.bin')


def measure(name, images, side, threads):
    torch.set_num_threads(threads)
    model, embed, _ = FAMILIES[name]()
    model.eval()
    batch = torch.randn(images, 3, side, side)

    def forward():
        with torch.no_grad():
            embed(batch)

    def step():
        embed(batch).sum().backward()

    for label, work in {'describe': forward, 'train': step}.items():
        work()
        spans = []
        for _ in range(5):
            start = time.perf_counter()
            work()
            spans.append(time.perf_counter() - start)
        print(json.dumps({'network': name, 'what': label, 'seconds': round(min(spans), 4), 'images_a_second': round(images / min(spans), 1)}))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('golden', 'describe', 'time'))
    parser.add_argument('name', choices=FAMILIES)
    parser.add_argument('folder', type=Path, nargs='?')
    parser.add_argument('--images', type=int, default=16)
    parser.add_argument('--side', type=int, default=224)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    if options.what == 'golden':
        golden(options.name)
    elif options.what == 'time':
        measure(options.name, options.images, options.side, options.threads)
    elif options.folder is None:
        sys.exit('describe needs a folder')
    else:
        describe(options.name, options.folder)
