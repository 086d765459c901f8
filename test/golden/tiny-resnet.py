"""Makes tiny-resnet.json: ResNets of width 4 in PyTorch, float64. Run: python tiny-resnet.py > tiny-resnet.json

Weights, images and upstream gradients are hashes of their indices (hashed.py and test/model/tiny-network.ts), so the file
holds results only. Sizes are chosen so that both even and odd maps meet every stride.
"""

import json
import math

import torch
from torchvision.models.resnet import BasicBlock, Bottleneck

from hashed import hashed

WIDTH = 4
SIZES = {'imagenet': (40, 52), 'small': (20, 28)}
IMAGES = 3
SHAPES = {
    'resnet18': (BasicBlock, (2, 2, 2, 2)),
    'resnet34': (BasicBlock, (3, 4, 6, 3)),
    'resnet50': (Bottleneck, (3, 4, 6, 3)),
    'resnet101': (Bottleneck, (3, 4, 23, 3)),
}


class TinyResnet(torch.nn.Module):
    def __init__(self, backbone, stem, pool):
        super().__init__()
        block, depths = SHAPES[backbone]
        kernel, padding = (7, 3) if stem == 'imagenet' else (3, 1)
        self.conv1 = torch.nn.Conv2d(3, WIDTH, kernel, 2, padding, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(WIDTH)
        self.maxpool = torch.nn.MaxPool2d(3, 2, 1) if stem == 'imagenet' else torch.nn.Identity()
        into = WIDTH
        for stage, depth in enumerate(depths):
            blocks = []
            for place in range(depth):
                stride = 2 if stage > 0 and place == 0 else 1
                out = (WIDTH << stage) * block.expansion
                shorten = None
                if stride != 1 or into != out:
                    shorten = torch.nn.Sequential(
                        torch.nn.Conv2d(into, out, 1, stride, bias=False), torch.nn.BatchNorm2d(out)
                    )
                blocks.append(block(into, WIDTH << stage, stride, shorten))
                into = out
            setattr(self, f'layer{stage + 1}', torch.nn.Sequential(*blocks))
        self.pool = pool

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return x.mean((2, 3)) if self.pool == 'spoc' else x.amax((2, 3))


def weight(index, name, shape):
    values = hashed(index + 1, math.prod(shape)).reshape(shape)
    if len(shape) == 4:
        return values * math.sqrt(6 / (shape[0] * shape[2] * shape[3]))
    scale, centre = {'weight': (0.3, 1), 'bias': (0.2, 0), 'running_mean': (0.2, 0), 'running_var': (0.5, 1)}[name.split('.')[-1]]
    return centre + scale * values


def summary(stream, tensor):
    flat = tensor.detach().flatten()
    return {'l2': flat.norm().item(), 'dot': (flat * hashed(stream, flat.numel())).sum().item()}


def case(backbone, stem, pool, batchnorm):
    model = TinyResnet(backbone, stem, pool).double()
    state = model.state_dict()
    for index, (name, tensor) in enumerate(state.items()):
        if tensor.is_floating_point():
            tensor.copy_(weight(index, name, tensor.shape).float().double())
    model.train(batchnorm == 'live')
    height, width = SIZES[stem]
    pixels = ((hashed(5000, IMAGES * height * width * 3) + 1) * 128).floor().reshape(IMAGES, height, width, 3)
    images = (pixels / 255 - 0.45) / 0.22
    embeddings = model(images.permute(0, 3, 1, 2))
    upstream = hashed(6000, embeddings.numel()).reshape(embeddings.shape)
    (embeddings * upstream).sum().backward()
    gradients = {name: summary(7000 + i, p.grad) for i, (name, p) in enumerate(model.named_parameters())}
    running = {name: summary(8000, tensor) for name, tensor in state.items() if 'running' in name}
    return {
        'backbone': backbone,
        'stem': stem,
        'pool': pool,
        'batchnorm': batchnorm,
        'embeddings': embeddings.flatten().tolist(),
        'gradients': gradients,
        'running_after': running if batchnorm == 'live' else {},
    }


cases = [case('resnet18', s, p, b) for s in SIZES for p in ('spoc', 'mac') for b in ('frozen', 'live')]
cases += [case('resnet34', 'imagenet', 'spoc', b) for b in ('frozen', 'live')]
# Live batch norm of three images in 50 layers and more magnifies rounding: PyTorch's own float32 is off by 1e-4 to 1e-3 there.
cases += [case(n, 'imagenet', 'spoc', 'frozen') for n in ('resnet50', 'resnet101')]
about = {
    'about': 'ResNets of width 4, three images; made by tiny-resnet.py',
    'made_with': {'torch': torch.__version__.split('+')[0]},
    'cases': cases,
}
print(json.dumps(about, indent=1))
