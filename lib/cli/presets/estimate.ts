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

/** Images per second of training on two cores of an EPYC, measured in float32: docs/performance.md. */
const trained: Readonly<Record<string, number>> = {resnet18: 40.8, resnet50: 13.1}
/** Of extraction. */
const described = 76.4

/**
 * Seconds that all epochs of a configuration take on two CPU cores: from what its network was measured to take, else the ResNet18, in proportion
 * to work. Undefined where the number of images or the work of the network is not known. An estimate: decoding, clustering and memory are left out.
 */
export function estimateSeconds(params: Values, {images}: Pick<PresetAbout, 'images'>): number | undefined {
  const backbone = String(valueAt(params, ['model', 'backbone']))
  const perImage = work[backbone]
  const epochs = valueAt(params, ['epochs'])
  if (images === undefined || perImage === undefined || typeof epochs !== 'number') return undefined
  const sampler = String(valueAt(params, ['mining', 'sampler']))
  const rows = images.train * (sampler.endsWith('-triplets') ? 3 : 1)
  const mined = sampler === 'hard-triplets' ? images.train : 0
  const resnets18 = perImage / work.resnet18!
  const training = rows / (trained[backbone] ?? trained.resnet18! / resnets18)
  return epochs * (training + ((mined + images.measured) * resnets18) / described)
}
