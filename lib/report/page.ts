import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {html, raw} from 'hono/html'
import type {Markup} from './markup.ts'
import {declareColours} from './palette.ts'

export interface Page {
  readonly title: string
  /** Said above everything: what could not be read. */
  readonly warnings: readonly string[]
  /** In the order of the page; absent ones are left out. */
  readonly sections: readonly {readonly id: string; readonly title: string; readonly content: Markup | undefined}[]
  /** What moves on the page, if anything. */
  readonly script?: 'plane.js' | 'drop.js'
  /** Whose pictures these are, where that has to be said. */
  readonly credits: readonly string[]
}

/**
 * One file that needs nothing else: styles, drawings and pictures are inside. Its policy forbids every request and every script but
 * its own, so that a name which got through unescaped could still do nothing.
 */
export async function renderPage({title, warnings, sections, credits, script}: Page): Promise<string> {
  const code = script === undefined ? '' : readFileSync(new URL(script, import.meta.url), 'utf8')
  const present = sections.filter(({content}) => content !== undefined)
  const hash = createHash('sha256').update(code).digest('base64')
  // The page that pictures are dropped on speaks with the server that it came from, and with nobody else.
  const own = script === 'drop.js' ? "; connect-src 'self'" : ''
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'${own}`
  const links = present.map(({id, title}) => html`<li><a href="#${id}">${title}</a></li>`)
  const page = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(styles())}</style>
</head>
<body>
<a class="skip" href="#main">to the content</a>
<header><h1>${title}</h1>${present.length < 2 ? '' : html`<nav aria-label="Sections"><ul>${links}</ul></nav>`}</header>
<main id="main">${warnings.map((text) => html`<p class="warning">${text}</p>`)}${present.map(({content}) => content)}</main>
<footer><p>Made by nearmiss from the files of its runs; nothing is loaded from elsewhere.</p>${credits.map((text) => html`<h2>Whose pictures these are</h2><pre>${text}</pre>`)}</footer>
${code === '' ? '' : html`<script>${raw(code)}</script>`}
</body>
</html>
`
  return String(page)
}

/** Light unless the reader prefers dark; paper is light. */
function styles(): string {
  const light = `${declareColours('light')};--page:#fff`
  const dark = `${declareColours('dark')};--page:#14181e`
  const css = readFileSync(new URL('page.css', import.meta.url), 'utf8')
  return `:root{${light}}@media screen and (prefers-color-scheme: dark){:root{${dark}}}${css}`
}
