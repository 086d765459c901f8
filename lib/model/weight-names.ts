import type {BackboneName} from './spec.ts'
import {itemBytes, type StoredTensor} from './tensor-source.ts'

/** One way in which files name the tensors of a network. */
export interface Naming {
  /** Who names them so: told to the user. */
  readonly source: string
  /** Backbones that it is for; without it all. */
  readonly backbones?: readonly BackboneName[]
  /** Applied one after the other, each once, to a name without what wraps the network (`state_dict.module.`). */
  readonly renames: readonly (readonly [pattern: RegExp, replacement: string])[]
  /** Turns a tensor, by its name here, into what the network has. */
  readonly adapt?: (name: string, tensor: StoredTensor) => StoredTensor
}

const resnets = ['resnet18', 'resnet34', 'resnet50', 'resnet101'] as const

/** The trunk of a ResNet as a list of its parts, a last linear layer called `whiten`. */
const numberedParts: Naming['renames'] = [
  [/^(?:backbone|features)\.0\./, 'conv1.'],
  [/^(?:backbone|features)\.1\./, 'bn1.'],
  [/^(?:backbone|features)\.4\./, 'layer1.'],
  [/^(?:backbone|features)\.5\./, 'layer2.'],
  [/^(?:backbone|features)\.6\./, 'layer3.'],
  [/^(?:backbone|features)\.7\./, 'layer4.'],
  [/^whiten\./, 'embedding.'],
]

const torchvisionTransformer: Naming['renames'] = [
  [/^class_token$/, 'cls_token'],
  [/^encoder\.pos_embedding$/, 'pos_embed'],
  [/^conv_proj\./, 'patch_embed.proj.'],
  [/^encoder\.layers\.encoder_layer_(\d+)\./, 'blocks.$1.'],
  [/^encoder\.ln\./, 'norm.'],
  [/\.ln_([12])\./, '.norm$1.'],
  // The rows of in_proj are those of qkv.
  [/\.self_attention\.in_proj_/, '.attn.qkv.'],
  [/\.self_attention\.out_proj\./, '.attn.proj.'],
  [/\.mlp\.(?:0|linear_1)\./, '.mlp.fc1.'],
  [/\.mlp\.(?:3|linear_2)\./, '.mlp.fc2.'],
]

/** Of timm's ConvNeXt, whose stages hold what comes before them. */
const stagedConvnext: Naming['renames'] = [
  [/^stem\./, 'features.0.'],
  [/^head\.norm\./, 'classifier.0.'],
  [/^head\.fc\./, 'classifier.2.'],
  ...[0, 1, 2, 3].flatMap((stage): Naming['renames'] => [
    [new RegExp(`^stages\\.${stage}\\.downsample\\.`), `features.${2 * stage}.`],
    [new RegExp(`^stages\\.${stage}\\.blocks\\.(\\d+)\\.`), `features.${2 * stage + 1}.$1.`],
  ]),
  [/\.gamma$/, '.layer_scale'],
  [/\.conv_dw\./, '.block.0.'],
  [/\.norm\./, '.block.2.'],
  [/\.mlp\.fc1\./, '.block.3.'],
  [/\.mlp\.fc2\./, '.block.5.'],
]

/** Of timm's EfficientNet; its first block does not expand, so there every part stands one place earlier. */
const stagedEfficientnet: Naming['renames'] = [
  [/^conv_stem\./, 'features.0.0.'],
  [/^bn1\./, 'features.0.1.'],
  [/^conv_head\./, 'features.8.0.'],
  [/^bn2\./, 'features.8.1.'],
  [/^blocks\.0\.0\.conv_dw\./, 'features.1.0.block.0.0.'],
  [/^blocks\.0\.0\.bn1\./, 'features.1.0.block.0.1.'],
  [/^blocks\.0\.0\.se\./, 'features.1.0.block.1.'],
  [/^blocks\.0\.0\.conv_pw\./, 'features.1.0.block.2.0.'],
  [/^blocks\.0\.0\.bn2\./, 'features.1.0.block.2.1.'],
  ...[1, 2, 3, 4, 5, 6].map(
    (stage) => [new RegExp(`^blocks\\.${stage}\\.(\\d+)\\.`), `features.${stage + 1}.$1.block.`] as const,
  ),
  [/\.block\.conv_pw\./, '.block.0.0.'],
  [/\.block\.bn1\./, '.block.0.1.'],
  [/\.block\.conv_dw\./, '.block.1.0.'],
  [/\.block\.bn2\./, '.block.1.1.'],
  [/\.block\.se\./, '.block.2.'],
  [/\.block\.conv_pwl\./, '.block.3.0.'],
  [/\.block\.bn3\./, '.block.3.1.'],
  [/\.conv_reduce\./, '.fc1.'],
  [/\.conv_expand\./, '.fc2.'],
]

/** timm adds the position of the class token to the token itself, and keeps those of the patches alone. */
function withClassPosition(name: string, tensor: StoredTensor): StoredTensor {
  const [one, patches, channels] = tensor.shape
  if (name !== 'pos_embed' || patches === undefined || channels === undefined) return tensor
  const position = new Uint8Array(channels * itemBytes[tensor.dtype])
  return {
    dtype: tensor.dtype,
    shape: [one!, 1 + patches, channels],
    read: async () => {
      const rest = await tensor.read()
      const whole = new Uint8Array(position.length + rest.length)
      whole.set(rest, position.length)
      return whole
    },
  }
}

/**
 * The names that files are known to have, most usual first: the one by which most tensors of a network are found is taken (find-network.ts).
 * **A further source is a further entry**: patterns that turn its names into those of the backbone's file in backbones/. Wrapping dicts and prefixes
 * (`state_dict.`, `module.`, `backbone.`) need no entry, nor do shapes that differ by axes of length 1.
 */
export const namings: readonly Naming[] = [
  {source: 'its package', renames: []},
  {
    source: "a last linear layer as the embedding (Deep-Metric-Learning-Baselines, torchvision's fc)",
    renames: [[/^(?:last_linear|fc)\./, 'embedding.']],
  },
  // github.com/Cadene/pretrained-models.pytorch: what torchvision calls fc is last_linear
  {source: 'Cadene', backbones: resnets, renames: [[/^last_linear\./, 'fc.']]},
  // ImageRetrievalNet: RAML lib/networks/imageretrievalnet.py, cnnimageretrieval-pytorch cirtorch/networks/imageretrievalnet.py
  {source: 'RAML, cnnimageretrieval', backbones: resnets, renames: numberedParts},
  {source: 'torchvision', backbones: ['vit_base_patch16_224'], renames: torchvisionTransformer},
  {
    source: 'timm',
    backbones: ['dinov2_vits14_reg', 'dinov2_vitb14_reg'],
    renames: [[/^reg_token$/, 'register_tokens']],
    adapt: withClassPosition,
  },
  {source: 'timm', backbones: ['convnext_tiny'], renames: stagedConvnext},
  // Not tf_efficientnet_b0, which has the same names, another padding and another epsilon.
  {source: 'timm', backbones: ['efficientnet_b0'], renames: stagedEfficientnet},
]
