/** What a tensor is to its layer: a convolution's weights or its bias, or one of batch norm's γ, β, running mean, running variance and step count, a linear layer's weights or bias, an exponent of GeM, tokens or positions of a transformer. */
export type TensorRole =
  | 'conv'
  | 'bias'
  | 'gamma'
  | 'beta'
  | 'mean'
  | 'variance'
  | 'count'
  | 'linear'
  | 'exponent'
  | 'token'

/** One tensor of a network as its package names and shapes it; convolutions are [out, in, height, width], linear layers [out, in], counts are scalars. */
export interface TensorLayout {
  readonly name: string
  readonly shape: readonly number[]
  readonly role: TensorRole
  /** Inputs of the linear layer that it belongs to: its start depends on them. */
  readonly fanIn?: number
  /** How its package draws it, where that is not as its role says. */
  readonly start?: Start
}

/** A distribution round 0: the standard deviation of a normal one, or the limit of a uniform one; or one number for all. */
export type Start = {readonly normal: number} | {readonly uniform: number} | {readonly constant: number}
