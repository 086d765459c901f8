import type {Progress} from '../../pipeline/stage.ts'
import {formatCount, formatFigure} from '../text/number.ts'

/** `12/43 steps`. */
export function formatDone(progress: Progress): string {
  return `${formatCount(progress.done)}/${formatCount(progress.total)} ${progress.unit}`
}

/** `['1,203 images/s', 'loss 2.310', 'wait 0.2000 ms']`: a rate is named after its number, a unit follows it. */
export function formatFigures(figures: Readonly<Record<string, number | string>> | undefined): string[] {
  return Object.entries(figures ?? {}).map(([name, value]) => {
    if (typeof value === 'string') return `${name} ${value}`
    const unit = /^(.*) (ms|s|%)$/.exec(name)
    if (unit !== null) return `${unit[1]} ${formatFigure(value)} ${unit[2]}`
    return name.includes('/') ? `${formatFigure(value)} ${name}` : `${name} ${formatFigure(value)}`
  })
}
