import type {BackboneName} from './spec.ts'

/** One way in which files name the tensors of a network. */
export interface Naming {
  /** Who names them so: told to the user. */
  readonly source: string
  /** Backbones that it is for; without it all. */
  readonly backbones?: readonly BackboneName[]
  /** Applied one after the other, each once, to a name without what wraps the network (`state_dict.module.`). */
  readonly renames: readonly (readonly [pattern: RegExp, replacement: string])[]
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
]
