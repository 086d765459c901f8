import {joinChannels as compute} from '../../engine/ops/join-channels.ts'
import type {Layer} from './layer.ts'

export interface JoinChannelsLayer extends Layer {
  readonly kind: 'join-channels'
}

/** Of any number of feature maps of one size. */
export function joinChannels(): JoinChannelsLayer {
  return {kind: 'join-channels', tensors: [], open: () => compute}
}
