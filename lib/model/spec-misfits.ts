import type {BackboneName, ModelSpec} from './spec.ts'

/** What speaks against a specification whose values are legal one by one: said of the value at `path`, in words that follow its name. */
interface Objection {
  readonly path: readonly string[]
  readonly text: string
}

/** Settings that a backbone does not have. */
export function specMisfits({backbone, width, stem, pool, embedding, batchnorm, ...shares}: ModelSpec): Objection[] {
  const objections: Objection[] = []
  const refuse = (name: keyof ModelSpec, text: string) => objections.push({path: ['model', name], text})
  const {family} = traitsOf(backbone)
  if (family !== 'resnet' && family !== 'own') {
    if (width !== 64) refuse('width', `must be 64 with ${backbone}: only ResNets come in other widths`)
    if (stem !== 'imagenet') refuse('stem', `must be imagenet with ${backbone}: only ResNets have another`)
  }
  if (pool === 'cls' && family !== 'transformer' && family !== 'own')
    refuse('pool', `must not be cls with ${backbone}, which has no class token; spoc is usual`)
  if (batchnorm === 'live' && !traitsOf(backbone).batchNorm)
    refuse('batchnorm', `must be frozen with ${backbone}, which has no batch norm`)
  const {dropout = 0, stochastic_depth = 0} = shares
  if (dropout > 0 && embedding === null)
    refuse('dropout', 'must be 0 without model.embedding: it leaves out what a linear layer reads')
  if (stochastic_depth > 0 && !traitsOf(backbone).stochasticDepth)
    refuse('stochastic_depth', `must be 0 with ${backbone}: ${withStochasticDepth} have it`)
  return objections
}

/** What a backbone takes instead of a picture of a side that is not for it. */
export interface SideMisfit {
  /** `a multiple of 16, the side of the patches of dino_vits16` */
  readonly wanted: string
  /** The nearest side that is right. */
  readonly near: number
}

/** Whether pictures of a side in pixels are not for a backbone; undefined where they are. */
export function sideMisfit(backbone: BackboneName, side: number): SideMisfit | undefined {
  const {patch} = traitsOf(backbone)
  const nearest = (step: number) => step * Math.max(1, Math.round(side / step))
  // Where it halves a map, it joins what a convolution and a pool leave: of an odd side they leave a different number.
  if (backbone === 'bninception' && (side + 1) % 32 > 7) {
    const wanted = `a multiple of 32 or at most six more (224, 227), for ${backbone} joins maps that else differ`
    return {wanted, near: nearest(32)}
  }
  if (patch === undefined || side % patch === 0) return undefined
  return {wanted: `a multiple of ${patch}, the side of the patches of ${backbone}`, near: nearest(patch)}
}

const withStochasticDepth = 'EfficientNet, ConvNeXt and the vision transformers'

interface Traits {
  readonly family: 'own' | 'resnet' | 'convolutional' | 'transformer'
  readonly batchNorm: boolean
  /** Whether it may leave out residual branches. */
  readonly stochasticDepth: boolean
  /** Side in pixels that pictures have to be multiples of. */
  readonly patch?: number
}

function traitsOf(backbone: BackboneName): Traits {
  if (backbone.startsWith('.')) return {family: 'own', batchNorm: true, stochasticDepth: true}
  if (/^resnet/.test(backbone)) return {family: 'resnet', batchNorm: true, stochasticDepth: false}
  if (/^(vit|dino)/.test(backbone))
    return {
      family: 'transformer',
      batchNorm: false,
      stochasticDepth: true,
      patch: backbone.startsWith('dinov2') ? 14 : 16,
    }
  const isConvnext = backbone.startsWith('convnext')
  return {
    family: 'convolutional',
    batchNorm: !isConvnext,
    stochasticDepth: isConvnext || backbone.startsWith('efficientnet'),
  }
}
