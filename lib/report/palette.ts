/** Colours by what they stand for. */
export interface Palette {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly paper: string
  readonly good: string
  readonly bad: string
  /** Of lines in a chart, told apart by dashes and symbols as well. */
  readonly series: readonly string[]
}

const light: Palette = {
  ink: '#1b2430',
  muted: '#566170',
  line: '#d5dae1',
  paper: '#ffffff',
  good: '#0f6e48',
  bad: '#b3261e',
  series: ['#0a62b8', '#b84a00', '#0f6e48', '#7a3fb0', '#8a6100', '#a3245f'],
}

const dark: Palette = {
  ink: '#e7eaef',
  muted: '#a6b0bc',
  line: '#3a434f',
  paper: '#14181e',
  good: '#63d3a0',
  bad: '#ff9088',
  series: ['#6db5ff', '#ffa066', '#63d3a0', '#c79bff', '#e5c04f', '#ff8fbf'],
}

/** For files of their own, which know nothing of the reader's screen. */
export const filePalette = light

/** For drawings inside the page: the page's colours, light or dark as the reader has it. */
export const pagePalette: Palette = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  paper: 'none',
  good: 'var(--good)',
  bad: 'var(--bad)',
  series: light.series.map((_, i) => `var(--series-${i})`),
}

/** The custom properties that `pagePalette` names. */
export function declareColours(scheme: 'light' | 'dark'): string {
  const {series, ...colours} = scheme === 'light' ? light : dark
  const named = Object.entries(colours).map(([name, colour]) => `--${name}:${colour}`)
  return [...named, ...series.map((colour, i) => `--series-${i}:${colour}`)].join(';')
}
