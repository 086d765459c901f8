import type {PresetAbout} from '../../pipeline/preset.ts'
import type {Values} from '../../pipeline/stage.ts'
import {valueAt} from '../../pipeline/tree.ts'

/** Billions of multiplications for one picture of 224 × 224 pixels, forward. */
const work: Readonly<Record<string, number>> = {
  resnet18: 1.81,
  resnet34: 3.66,
  resnet50: 4.09,
  resnet101: 7.8,
  googlenet: 1.5,
  bninception: 2.03,
}

// Images per second of the ResNet18 on two cores of an EPYC, measured in float32: docs/performance.md, "One lab epoch".
const trained = 40.8 * work.resnet18!
const described = 76.4 * work.resnet18!

/**
 * Seconds that all epochs of a configuration take on two CPU cores: from what the ResNet18 was measured to take, in proportion to work. Undefined
 * where the number of images or the work of the network is not known. An estimate: decoding, clustering and memory are left out.
 */
export function estimateSeconds(params: Values, {images}: Pick<PresetAbout, 'images'>): number | undefined {
  const perImage = work[String(valueAt(params, ['model', 'backbone']))]
  const epochs = valueAt(params, ['epochs'])
  if (images === undefined || perImage === undefined || typeof epochs !== 'number') return undefined
  const sampler = String(valueAt(params, ['mining', 'sampler']))
  const rows = images.train * (sampler.endsWith('-triplets') ? 3 : 1)
  const mined = sampler === 'hard-triplets' ? images.train : 0
  return epochs * perImage * (rows / trained + (mined + images.measured) / described)
}
