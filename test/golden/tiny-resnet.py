"""Makes tiny-resnet.json: ResNet18 of width 4 in PyTorch, float64. Run: python tiny-resnet.py > tiny-resnet.json

Weights, images and upstream gradients are hashes of their indices (below and in test/model/tiny-network.ts), so the file
holds results only. Sizes are chosen so that both even and odd maps meet every stride.
"""

import json
import math

import torch
from torchvision.models.resnet import BasicBlock

WIDTH = 4
SIZES = {'imagenet': (40, 52), 'small': (20, 28)}
IMAGES = 3


def hashed(stream, count):
    """Numbers in [-1, 1): the murmur3 finaliser of stream * 1000003 + index."""
    h = (torch.arange(count, dtype=torch.int64) + stream * 1000003) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return h.double() / 2**31 - 1


class TinyResnet(torch.nn.Module):
    def __init__(self, stem, pool):
        super().__init__()
        kernel, padding = (7, 3) if stem == 'imagenet' else (3, 1)
        self.conv1 = torch.nn.Conv2d(3, WIDTH, kernel, 2, padding, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(WIDTH)
        self.maxpool = torch.nn.MaxPool2d(3, 2, 1) if stem == 'imagenet' else torch.nn.Identity()
        for stage in range(4):
            out = WIDTH << stage
            into = WIDTH if stage == 0 else out // 2
            stride = 1 if stage == 0 else 2
            shorten = None
            if stage > 0:
                shorten = torch.nn.Sequential(torch.nn.Conv2d(into, out, 1, 2, bias=False), torch.nn.BatchNorm2d(out))
            blocks = [BasicBlock(into, out, stride, shorten), BasicBlock(out, out)]
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


def case(stem, pool, batchnorm):
    model = TinyResnet(stem, pool).double()
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
        'stem': stem,
        'pool': pool,
        'batchnorm': batchnorm,
        'embeddings': embeddings.flatten().tolist(),
        'gradients': gradients,
        'running_after': running if batchnorm == 'live' else {},
    }


print(
    json.dumps(
        {
            'about': 'ResNet18 of width 4, three images; made by tiny-resnet.py',
            'made_with': {'torch': torch.__version__.split('+')[0]},
            'cases': [case(s, p, b) for s in SIZES for p in ('spoc', 'mac') for b in ('frozen', 'live')],
        },
        indent=1,
    )
)
