import {z} from 'zod'

const side = z
  .int('must be a whole number of pixels')
  .min(1, 'must be at least 1 pixel')
  .max(16384, 'must be at most 16384 pixels')

const range = (what: string, limit: number) =>
  z
    .tuple(
      [z.number().positive(), z.number().positive().max(limit)],
      `must be two numbers, the smallest and the largest ${what}`,
    )
    .refine(([low, high]) => low <= high, 'the smaller number comes first')

const filter = z.enum(['bilinear', 'bicubic', 'lanczos']).default('bilinear').describe('as Pillow has it')
const probability = z.number().min(0).max(1)
const strength = z.number().min(0).max(10).default(0)
const byte = z.int().min(0).max(255)

const resize = z.strictObject({
  shorter_side: side,
  filter,
  rounding: z
    .enum(['truncate', 'round'])
    .default('truncate')
    .describe('of the longer side: torchvision truncates, RAML rounds'),
})

const transform = z
  .strictObject({
    resize: z
      .union(
        [side, resize],
        'must be a whole number of pixels, or {shorter_side: pixels, filter: lanczos, rounding: round}',
      )
      .optional()
      .describe('shorter side in pixels; the other keeps the aspect ratio'),
    center_crop: side.optional().describe('side of the square cut from the middle'),
    random_crop: side.optional().describe('side of the square cut from a random place of the resized picture'),
    random_resized_crop: z
      .strictObject({
        size: side.describe('side of the result'),
        scale: range('share of the area', 1).default([0.08, 1]).describe('share of the area that is cut out'),
        ratio: range('width / height', 100)
          .default([3 / 4, 4 / 3])
          .describe('width / height of the cut'),
        filter,
      })
      .optional()
      .describe('a random box, resized to a square (torchvision RandomResizedCrop)'),
    horizontal_flip: probability.optional().describe('probability of mirroring left-right'),
    color_jitter: z
      .strictObject({
        brightness: strength.describe('factor drawn from 1 - b to 1 + b'),
        contrast: strength.describe('the same'),
        saturation: strength.describe('the same'),
        hue: z.number().min(0).max(0.5).default(0).describe('turn drawn from -h to h, 1 being the whole circle'),
        probability: probability.default(1),
      })
      .optional()
      .describe('in a random order (torchvision ColorJitter, with its arithmetic on 8 bits)'),
    grayscale: probability.optional().describe('probability of losing all colour'),
    random_erasing: z
      .strictObject({
        probability: probability.default(0.5),
        scale: range('share of the area', 1).default([0.02, 0.33]),
        ratio: range('height / width', 100).default([0.3, 3.3]),
        value: z
          .tuple([byte, byte, byte])
          .default([124, 116, 104])
          .describe('red, green, blue; default: the mean of ImageNet'),
      })
      .optional()
      .describe('a random rectangle of one colour (Zhong et al. 2020; torchvision RandomErasing)'),
    mixup: z
      .strictObject({
        alpha: z.number().min(0.01).max(1).describe('the share is drawn from Beta(alpha, alpha)'),
      })
      .optional()
      .describe(
        'mixed with another training picture that got the same random transforms (Zhang et al. 2018; RAML); image.train alone',
      ),
  })
  .refine((value) => Object.keys(value).length === 1, {
    error: 'must be one transform, like {resize: 256}; every transform is an item of its own',
    when: hasNoProblemYet,
  })

/**
 * Transforms as pipeline.yaml lists them: first what gives a square of one fixed size (`resize` with `center_crop` or `random_crop`, or
 * `random_resized_crop`, perhaps after a `resize`), then any of `horizontal_flip`, `color_jitter`, `grayscale`, `random_erasing`.
 */
export const transformList = listOf(['horizontal_flip', 'color_jitter', 'grayscale', 'random_erasing'])

/** The same, and `mixup`: of pictures that are trained on. */
export const trainingTransformList = listOf(['horizontal_flip', 'color_jitter', 'grayscale', 'random_erasing', 'mixup'])

function listOf(changes: readonly string[]) {
  return z.array(transform).refine((transforms) => findMisfit(transforms, changes) === undefined, {
    error: ({input}) => findMisfit(input as Transforms, changes),
    when: hasNoProblemYet,
  })
}

/** A checked list of transforms. */
export type Transforms = z.infer<typeof transform>[]

/** A misspelt name should not be followed by complaints about what it seems to lack. */
function hasNoProblemYet({issues}: {readonly issues: readonly unknown[]}): boolean {
  return issues.length === 0
}

const shapes = ['resize, center_crop', 'resize, random_crop', 'random_resized_crop', 'resize, random_resized_crop']

function findMisfit(transforms: Transforms, changes: readonly string[]): string | undefined {
  const names = transforms.flatMap((one) => Object.keys(one))
  const firstChange = names.findIndex((name) => changes.includes(name))
  const [shape, after] = firstChange === -1 ? [names, []] : [names.slice(0, firstChange), names.slice(firstChange)]
  if (!shapes.includes(shape.join(', ')) || after.some((name) => !changes.includes(name))) {
    return (
      'must be resize with center_crop or random_crop, or random_resized_crop (perhaps after resize), then any of ' +
      `${changes.join(', ')}; got ${names.join(', ') || 'an empty list'}`
    )
  }
  const twice = after.find((name, i) => after.indexOf(name) !== i)
  if (twice !== undefined) return `has ${twice} twice`
  const {resize} = transforms[0]!
  const shorterSide = typeof resize === 'number' ? resize : resize?.shorter_side
  const crop = transforms[1]?.center_crop ?? transforms[1]?.random_crop
  if (shorterSide !== undefined && crop !== undefined && crop > shorterSide) {
    return `${names[1]} ${crop} does not fit into the shorter side of resize ${shorterSide}`
  }
  return undefined
}
