import {isAbsolute} from 'node:path'
import {z} from 'zod'
import {isOwnModule} from '../own-module.ts'
import {nameOrFile, ownParameters} from '../own-parameters.ts'
import {formatRanges, type Interval, intersect, parseRanges} from './ranges.ts'

const classRanges = z.union([z.string(), z.number()]).refine((value) => parseRanges(value) !== undefined, {
  error: (issue) => `must be class numbers like 7, 0-49 or 0-9,20-29, got ${JSON.stringify(issue.input)}`,
})

/** Protocols of publications: which classes they take follows from the data set. */
const namedProtocols = ['roth', 'mlrc', 'cdsm', 'raml', 'official', 'closed-set'] as const

/** Where the pictures are, and which classes are trained on, validated on, tested on (`data` of pipeline.yaml). */
export const dataParameters = z
  .strictObject({
    format: nameOrFile([
      'cub',
      'folder',
      'sop',
      'in-shop',
      'vehicle-id',
      'celeba',
      'cars196',
      'manifest',
      'split-lists',
    ]).describe(
      'folder: one folder per class; manifest: a CSV, Arrow or Parquet table of path, label, split; split-lists: JSON lists of lists; the others: a published data set as it unpacks (CUB-200-2011, Stanford Online Products, In-Shop, PKU VehicleID, CelebA, Cars196)',
    ),
    root: z.string().min(1, 'must be the path of a folder').describe('folder of the data set'),
    manifest: z
      .string()
      .min(1)
      .refine((name) => !isAbsolute(name) && !name.split('/').includes('..'), 'must be a path inside data.root')
      .optional()
      .describe('file in the root, of formats manifest and split-lists'),
    own: ownParameters,
    strict: z
      .boolean()
      .optional()
      .describe(
        'true: a published data set must have the size that it was published with; otherwise that is only said',
      ),
    crop_to_boxes: z
      .boolean()
      .optional()
      .describe('true: of every picture only its bounding box is used (formats cub, cars196, in-shop, manifest)'),
    protocol: z
      .enum(['lab', 'classes', 'modulo', 'halves', 'thirds', ...namedProtocols])
      .describe(
        'lab: train 0-99 (first 20 images of each class), val 100-149, test 150-199; classes: by class number; modulo: by class number modulo n; ' +
          'halves: first half train, second val; thirds: train, val, test; the others as publications split: docs/data.md',
      ),
    fold: z.int().min(0).max(3).optional().describe('which of the 4 folds of protocol mlrc or cdsm; default: 0'),
    val_share: z
      .number()
      .min(0)
      .max(0.9)
      .optional()
      .describe(
        'share of the training classes that validates instead, with protocol roth (default 0), official (0.2), raml (0.5); 0: the test classes do',
      ),
    allow_shared_classes: z
      .boolean()
      .optional()
      .describe('true: protocol closed-set may measure classes that were trained on'),
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

export function isNamedProtocol(protocol: DataParameters['protocol']): boolean {
  return namedProtocols.some((name) => name === protocol)
}

/** Classes (or remainders) of each split as the parameters name them, with the defaults of protocol lab. */
export function namedRanges(data: DataParameters): Record<(typeof splitNames)[number], Interval[]> {
  const lab = data.protocol === 'lab'
  const read = (value: string | number | undefined, fallback: string) => {
    const text = value ?? (lab ? fallback : undefined)
    return text === undefined ? [] : (parseRanges(text) ?? [])
  }
  return {train: read(data.train, '0-99'), val: read(data.val, '100-149'), test: read(data.test, '150-199')}
}

/** Formats with a box for every picture. */
const boxed = ['cub', 'cars196', 'in-shop', 'manifest']

function describeBoxless(format: string): string {
  const boxless =
    format === 'celeba'
      ? 'list_bbox_celeba.txt is of the pictures in the wild; the aligned ones, which are read, are cut already'
      : `data.format ${format} has no bounding boxes`
  return `needs boxes: ${boxless}. Leave it out, or write a manifest with columns x_1, y_1, x_2, y_2`
}

function findProblems(data: DataParameters): {key: string; message: string}[] {
  const {protocol} = data
  const byHand = protocol === 'classes' || protocol === 'modulo'
  const ranges = namedRanges(data)
  const problems: {key: string; message: string}[] = []
  const note = (key: string, message: string) => problems.push({key, message})
  const isOwn = isOwnModule(data.format)
  if (data.own !== undefined && !isOwn) note('own', `belongs to a reader of your own, not to ${data.format}`)
  if (data.manifest !== undefined && !isOwn && data.format !== 'manifest' && data.format !== 'split-lists')
    note('manifest', `belongs to formats manifest and split-lists, not to ${data.format}`)
  if (data.crop_to_boxes === true && !isOwn && !boxed.includes(data.format))
    note('crop_to_boxes', describeBoxless(data.format))
  if (data.fold !== undefined && protocol !== 'mlrc' && protocol !== 'cdsm')
    note('fold', `belongs to protocols mlrc and cdsm, not to ${protocol}`)
  if (data.val_share !== undefined && !['roth', 'official', 'raml'].includes(protocol))
    note('val_share', `belongs to protocols roth, official and raml, not to ${protocol}`)
  if (protocol === 'closed-set' && data.allow_shared_classes !== true)
    note(
      'protocol',
      'must keep the classes that are measured out of training, which closed-set does not: its numbers compare with no retrieval result. Take another one, or set data.allow_shared_classes: true',
    )
  if (data.allow_shared_classes !== undefined && protocol !== 'closed-set')
    note('allow_shared_classes', `belongs to protocol closed-set, not to ${protocol}`)
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
