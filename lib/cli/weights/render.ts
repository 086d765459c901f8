import {basename} from 'node:path'
import {shellWord} from '../../shell-word.ts'
import type {Terminal} from '../terminal.ts'
import {formatBytes} from '../text/number.ts'
import {type Column, renderTable} from '../text/table.ts'
import type {PublishedWeights} from './published.ts'

type Page = Pick<Terminal, 'paint'>

/** A file, measured. */
export interface WeightsFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** What the stage inspect-weights found in it (lib/model/inspect-weights.ts). */
export interface WeightsReport {
  readonly tensors: number
  readonly numbers: number
  readonly types: Readonly<Record<string, number>>
  readonly fits: readonly {
    readonly backbone: string
    readonly fitting: number
    readonly of: number
    readonly naming: string
    readonly prefix: string
    readonly settings: readonly string[]
    readonly problems: readonly string[]
    readonly elsewhere: number
    readonly notes: readonly string[]
  }[]
}

/** One line a file. */
export function renderPublished(all: readonly PublishedWeights[], {paint}: Page): string[] {
  const columns: Column[] = ['backbone', 'weights', 'file'].map((title) => ({title, align: 'left'}))
  return [
    ...renderTable(
      columns,
      all.map(({backbone, title, url}) => [paint('strong', backbone), title, basename(url)]),
    ),
    '',
    'Addresses, licences and digests: npx nearmiss weights BACKBONE. Nothing is downloaded by this program.',
    'Whether a file is what it says, and what else it holds: npx nearmiss weights FILE',
  ]
}

/** All that is known of each file. */
export function renderSources(all: readonly PublishedWeights[], {paint}: Page): string[] {
  return all.flatMap(({title, url, megabytes, licence, sha256, note}, i) => [
    ...(i === 0 ? [] : ['']),
    paint('strong', title),
    `  from     ${url}`,
    ...(megabytes === undefined ? [] : [`  size     ${megabytes} MB (2^20 bytes)`]),
    `  licence  ${licence}`,
    sha256 === undefined ? '  sha256   its publisher names none' : `  sha256   ${sha256}…, in its name`,
    ...(note === undefined ? [] : [`  note     ${note}`]),
  ])
}

/** What a file holds, whose it is, and how it is imported. */
export function renderFile(
  {path, bytes, sha256}: WeightsFile,
  known: PublishedWeights | undefined,
  {tensors, numbers, types, fits}: WeightsReport,
  {paint}: Page,
): string[] {
  const typed = Object.entries(types).map(([type, count]) => `${count} ${type}`)
  const named = claim(path)
  const isLie = known === undefined && named !== undefined && !sha256.startsWith(named)
  return [
    `${paint('strong', basename(path))}  ${formatBytes(bytes)}`,
    `  sha256     ${sha256}`,
    ...(known === undefined ? [] : [`  published  ${known.title}: the digest is the one in ${basename(known.url)}`]),
    ...(isLie ? [`  ${paint('warning', 'damaged?')}   its name promises a digest that begins with ${named}`] : []),
    `  holds      ${tensors} tensors (${typed.join(', ')}), ${numbers.toLocaleString('en')} numbers`,
    ...(fits.length === 0 ? ['  fits       no backbone'] : fits.flatMap((fit) => renderFit(fit, path))),
  ]
}

function renderFit(
  {backbone, fitting, of, naming, prefix, settings, problems, elsewhere, notes}: WeightsReport['fits'][number],
  path: string,
): string[] {
  const where = prefix === '' ? '' : `, under ${prefix}`
  const outside = elsewhere === 0 ? '' : `; ${elsewhere} tensors elsewhere`
  const set = [`model.backbone=${backbone}`, ...settings, `model.weights=${path}`].map(
    (one) => `--set ${shellWord(one)}`,
  )
  return [
    `  ${problems.length === 0 ? 'fits      ' : 'resembles '} ${backbone}: ${fitting} of ${of} tensors, named as by ${naming}${where}${outside}`,
    ...(problems.length === 0
      ? [...notes, `npx nearmiss run ${set.join(' ')}`].map((line) => `             ${line}`)
      : problems.map((problem) => `             ${problem}`)),
  ]
}

/** The digest that a file's name promises: `resnet18-f37072fd.pth`. */
function claim(path: string): string | undefined {
  return /-([0-9a-f]{8,})\.(?:pth|pt|safetensors)$/.exec(basename(path))?.[1]
}
