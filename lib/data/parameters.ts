import {z} from 'zod'
import {formatRanges, type Interval, intersect, parseRanges} from './ranges.ts'

const classRanges = z.union([z.string(), z.number()]).refine((value) => parseRanges(value) !== undefined, {
  error: (issue) => `must be class numbers like 7, 0-49 or 0-9,20-29, got ${JSON.stringify(issue.input)}`,
})

/** Where the pictures are, and which classes are trained on, validated on, tested on (`data` of pipeline.yaml). */
export const dataParameters = z
  .strictObject({
    format: z.enum(['cub', 'folder']).describe('cub: the CUB-200-2011 folder; folder: one folder per class'),
    root: z.string().min(1, 'must be the path of a folder').describe('folder of the data set'),
    protocol: z
      .enum(['lab', 'classes', 'modulo', 'halves', 'thirds'])
      .describe(
        'lab: train 0-99 (first 20 images of each class), val 100-149, test 150-199; classes: by class number; modulo: by class number modulo n; ' +
          'halves: first half train, second val; thirds: train, val, test',
      ),
    modulo: z.int().min(2, 'must be 2 or more').optional().describe('n of protocol modulo'),
    train: classRanges.optional().describe('classes (modulo: remainders) of the training set, like 0-9,20-29'),
    val: classRanges.optional().describe('classes of the validation set'),
    test: classRanges.optional().describe('classes of the test set; default: none, with lab 150-199'),
    images_per_class: z
      .int()
      .min(2, 'must be 2 or more: a positive needs another image of its class')
      .optional()
      .describe('train on the first n images of each class, in file order; default: all, with lab 20'),
  })
  .superRefine((data, context) => {
    for (const {key, message} of findProblems(data)) context.addIssue({code: 'custom', path: [key], message})
  })

/** Checked `data` parameters. */
export type DataParameters = z.infer<typeof dataParameters>

const splitNames = ['train', 'val', 'test'] as const

/** Classes (or remainders) of each split as the parameters name them, with the defaults of protocol lab. */
export function namedRanges(data: DataParameters): Record<(typeof splitNames)[number], Interval[]> {
  const lab = data.protocol === 'lab'
  const read = (value: string | number | undefined, fallback: string) => {
    const text = value ?? (lab ? fallback : undefined)
    return text === undefined ? [] : (parseRanges(text) ?? [])
  }
  return {train: read(data.train, '0-99'), val: read(data.val, '100-149'), test: read(data.test, '150-199')}
}

function findProblems(data: DataParameters): {key: string; message: string}[] {
  const {protocol} = data
  const byHand = protocol === 'classes' || protocol === 'modulo'
  const ranges = namedRanges(data)
  const problems: {key: string; message: string}[] = []
  const note = (key: string, message: string) => problems.push({key, message})
  if (protocol === 'modulo' && data.modulo === undefined)
    note('modulo', 'is missing: protocol modulo splits by class number modulo n')
  if (protocol !== 'modulo' && data.modulo !== undefined)
    note('modulo', `belongs to protocol modulo, not to ${protocol}`)
  for (const name of splitNames) {
    if (byHand && name !== 'test' && data[name] === undefined)
      note(name, `is missing: protocol ${protocol} needs it, like 0-49`)
    if (!byHand && protocol !== 'lab' && data[name] !== undefined)
      note(name, `has no meaning with protocol ${protocol}; use protocol classes`)
    const above = ranges[name].find(({to}) => data.modulo !== undefined && to >= data.modulo)
    if (protocol === 'modulo' && above !== undefined)
      note(name, `must be remainders below ${data.modulo}, got ${formatRanges([above])}`)
  }
  for (const [a, b] of [
    ['train', 'val'],
    ['train', 'test'],
    ['val', 'test'],
  ] as const) {
    const common = intersect(ranges[a], ranges[b])
    if (common.length > 0) note(b, `overlaps ${a} in ${formatRanges(common)}: no class may be in two sets`)
  }
  return problems
}

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

const transform = z
  .strictObject({
    resize: side
      .optional()
      .describe('shorter side in pixels; the other keeps the aspect ratio (truncated, as torchvision does)'),
    center_crop: side.optional().describe('side of the square cut from the middle'),
    random_resized_crop: z
      .strictObject({
        size: side.describe('side of the result'),
        scale: range('share of the area', 1)
          .optional()
          .describe('share of the area that is cut out; default [0.08, 1]'),
        ratio: range('width / height', 100).optional().describe('width / height of the cut; default [3/4, 4/3]'),
      })
      .optional()
      .describe('a random box, resized to a square (torchvision RandomResizedCrop)'),
    horizontal_flip: z.number().min(0).max(1).optional().describe('probability of mirroring left-right'),
  })
  .refine((value) => Object.keys(value).length === 1, {
    error: 'must be one transform, like {resize: 256}; every transform is an item of its own',
    when: hasNoProblemYet,
  })

/**
 * Transforms as pipeline.yaml lists them: `resize` then `center_crop`, or `random_resized_crop`; `horizontal_flip` may follow.
 * Whatever passes the check yields squares of one fixed size.
 */
export const transformList = z.array(transform).refine((transforms) => findMisfit(transforms) === undefined, {
  error: ({input}) => findMisfit(input as Transforms),
  when: hasNoProblemYet,
})

/** A checked list of transforms. */
export type Transforms = z.infer<typeof transform>[]

/** A misspelt name should not be followed by complaints about what it seems to lack. */
function hasNoProblemYet({issues}: {readonly issues: readonly unknown[]}): boolean {
  return issues.length === 0
}

function findMisfit(transforms: Transforms): string | undefined {
  const names = transforms.flatMap((one) => Object.keys(one))
  const shape = (names.at(-1) === 'horizontal_flip' ? names.slice(0, -1) : names).join(', ')
  if (shape !== 'resize, center_crop' && shape !== 'random_resized_crop') {
    return `must be resize and center_crop, or random_resized_crop, then horizontal_flip or nothing; got ${names.join(', ') || 'an empty list'}`
  }
  const [first, second] = transforms
  if (first?.resize !== undefined && second?.center_crop !== undefined && second.center_crop > first.resize) {
    return `center_crop ${second.center_crop} does not fit into the shorter side of resize ${first.resize}`
  }
  return undefined
}
