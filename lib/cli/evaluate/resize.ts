import {UsageError} from '../usage-error.ts'

/**
 * Transforms of measured images that give squares of another side: `resize` and `center_crop` keep their ratio, as RAML's test has it
 * (256 and 224 become 512 and 448). Undefined where they give it already. Throws UsageError for others than these two.
 */
export function resized(transforms: unknown, size: number): unknown[] | undefined {
  const [resize, crop, ...others] = Array.isArray(transforms) ? (transforms as Record<string, unknown>[]) : []
  const side = crop?.center_crop
  const shorter = typeof resize?.resize === 'object' ? (resize.resize as Shorter | null)?.shorter_side : resize?.resize
  if (typeof side !== 'number' || typeof shorter !== 'number')
    throw new UsageError(
      `--size and --gallery-size know how to change image.eval of resize and center_crop, and this run's is ${JSON.stringify(transforms)}.`,
    )
  if (side === size) return undefined
  const scaled = Math.round((shorter * size) / side)
  const changed = typeof resize!.resize === 'object' ? {...(resize!.resize as Shorter), shorter_side: scaled} : scaled
  return [{resize: changed}, {center_crop: size}, ...others]
}

interface Shorter {
  readonly shorter_side?: number
}

/** `resize 73, center_crop 64`. */
export function spellTransforms(transforms: unknown): string {
  if (!Array.isArray(transforms)) return 'unknown transforms'
  return transforms
    .flatMap((one) => Object.entries(one as Record<string, unknown>))
    .map(([name, value]) => `${name} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
