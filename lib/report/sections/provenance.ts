import {html} from 'hono/html'
import type {RunFacts} from '../facts.ts'
import {type Markup, section, table} from '../markup.ts'

/** Everything that made the numbers: parameters, versions and the key of every artifact. */
export function provenance({parameters, versions, origins}: RunFacts): Markup {
  const code = (text: string) => html`<code>${text}</code>`
  const keys = origins.map(({node, key, startedAt, seconds}) => [
    node,
    code(key.slice(0, 16)),
    startedAt,
    seconds.toFixed(1),
  ])
  const number = {title: 'seconds', isNumber: true}
  return section(
    'provenance',
    'Configuration and provenance',
    html`<h3>Parameters</h3>`,
    table(
      'Parameters, frozen at the first epoch',
      [{title: 'parameter'}, {title: 'value'}],
      parameters.map(([name, value]) => [name, code(value)]),
    ),
    html`<h3>Versions and machine</h3>`,
    table(
      'What computed the shown epoch',
      [{title: 'what'}, {title: 'value'}],
      versions.map(([name, value]) => [name, code(value)]),
    ),
    html`<h3>Artifacts</h3><p>The first 16 digits of each key; <code>npx nearmiss show NODE</code> looks into one.</p>`,
    html`<details><summary>${origins.length} artifacts</summary>${table('Artifacts of the run', [{title: 'node'}, {title: 'key'}, {title: 'computed'}, number], keys)}</details>`,
  )
}
