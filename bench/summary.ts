import {pathToFileURL} from 'node:url'
import {readSamples, type Sample, type Setting} from './samples.ts'

/** Figures worth a row, where a contestant has them; times and memory are set against ours, speeds and metrics are told. */
const figures: Readonly<Record<string, {title: string; better: 'less' | 'more' | 'neither'; digits: number}>> = {
  mine_s: {title: 'mine, s', better: 'less', digits: 1},
  train_s: {title: 'train, s', better: 'less', digits: 1},
  validate_s: {title: 'validate, s', better: 'less', digits: 1},
  total_s: {title: 'epoch (their sum), s', better: 'less', digits: 1},
  search_s: {title: 'search, s', better: 'less', digits: 1},
  evaluate_s: {title: 'evaluate, tables read, s', better: 'less', digits: 1},
  command_s: {title: 'whole command, s', better: 'less', digits: 1},
  mine_images_per_s: {title: 'extraction while mining, images/s', better: 'more', digits: 1},
  train_images_per_s: {title: 'training, images/s', better: 'more', digits: 1},
  validate_images_per_s: {title: 'extraction while validating, images/s', better: 'more', digits: 1},
  peak_pss_mb: {title: 'peak memory of all processes (PSS), MB', better: 'less', digits: 0},
  peak_rss_mb: {title: 'sum of peak RSS, MB', better: 'less', digits: 0},
  peak_anonymous_mb: {title: 'of PSS, not files, MB', better: 'less', digits: 0},
  loss: {title: 'loss', better: 'neither', digits: 4},
  active_fraction: {title: 'active triplets', better: 'neither', digits: 2},
  precision_at_1: {title: 'precision@1', better: 'neither', digits: 4},
  r_precision: {title: 'R-precision', better: 'neither', digits: 4},
  map_at_r: {title: 'MAP@R', better: 'neither', digits: 4},
  mean_average_precision: {title: 'mean average precision', better: 'neither', digits: 4},
  mean_reciprocal_rank: {title: 'mean reciprocal rank', better: 'neither', digits: 4},
  same_neighbours_share: {title: 'share of neighbours the same as ours', better: 'neither', digits: 6},
  ours_farther_by: {title: 'where not, in float64: ours farther by', better: 'neither', digits: 9},
  ours_disordered_by: {title: 'where not, in float64: ours out of order by', better: 'neither', digits: 9},
}

/** Markdown of all experiments: median (best) of each figure, and behind it how many times better the first contestant is. */
export function renderSummary(setting: Setting, samples: readonly Sample[]): string {
  const experiments = [...new Set(samples.map(({experiment}) => experiment))]
  const facts = Object.entries(setting).map(([name, value]) => `${name} ${value}`)
  return [
    facts.join(', '),
    ...experiments.map((name) =>
      renderExperiment(
        name,
        samples.filter(({experiment}) => experiment === name),
      ),
    ),
  ].join('\n\n')
}

function renderExperiment(name: string, samples: readonly Sample[]): string {
  const contestants = [...new Set(samples.map(({contestant}) => contestant))]
  const rows = Object.keys(figures).flatMap((figure) => {
    const columns = contestants.map((contestant) => valuesOf(samples, contestant, figure))
    return columns.every((column) => column.length === 0) ? [] : [renderRow(figure, columns)]
  })
  const rounds = new Set(samples.map(({round}) => round)).size
  return [
    `### ${name}`,
    '',
    `Median (best) of ${rounds} interleaved ${rounds === 1 ? 'round' : 'rounds'}; × = how many times better ${contestants[0]} is, by the medians.`,
    '',
    line(['', ...contestants]),
    line(['---', ...contestants.map(() => '---')]),
    ...rows.map(line),
  ].join('\n')
}

function valuesOf(samples: readonly Sample[], contestant: string, figure: string): number[] {
  return samples.flatMap((sample) => {
    const value = sample.figures[figure]
    return sample.contestant === contestant && value !== undefined ? [value] : []
  })
}

function renderRow(figure: string, columns: readonly number[][]): string[] {
  const {title, better, digits} = figures[figure]!
  const ours = median(columns[0]!)
  const cells = columns.map((values, column) => {
    if (values.length === 0) return ''
    const middle = median(values)
    if (better === 'neither') return middle.toFixed(digits)
    const best = better === 'less' ? Math.min(...values) : Math.max(...values)
    const ratio = better === 'less' ? middle / ours : ours / middle
    const behind = column === 0 || Number.isNaN(ratio) ? '' : ` ×${ratio.toFixed(2)}`
    return `${middle.toFixed(digits)} (${best.toFixed(digits)})${behind}`
  })
  return [title, ...cells]
}

/** NaN of nothing. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length / 2
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const {setting, samples} = readSamples(process.argv[2]!)
  console.log(renderSummary(setting, samples))
}
