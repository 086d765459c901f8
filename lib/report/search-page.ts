import {html} from 'hono/html'
import {type Markup, picture, section} from './markup.ts'
import {renderPage} from './page.ts'
import type {Pictures, Thumbnail} from './pictures.ts'

/** The images nearest to a picture. */
export interface SearchResult {
  /** What the picture is called. */
  readonly name: string
  readonly thumbnail: Thumbnail
  readonly found: readonly {readonly image: number; readonly distance: number}[]
}

/** A page of one search. `facts`: what was searched and how, one sentence each. */
export async function renderSearch(
  result: SearchResult,
  pictures: Pictures,
  facts: readonly string[],
  credits: readonly string[],
): Promise<string> {
  return renderPage({
    title: `Images nearest to ${result.name}`,
    warnings: [],
    sections: [{id: 'nearest', title: 'Nearest images', content: nearestSection(await strip(result, pictures), facts)}],
    credits,
  })
}

/** The page that pictures are dropped on; its script asks for the results and puts them in. */
export async function renderDropPage(
  run: string,
  facts: readonly string[],
  credits: readonly string[],
): Promise<string> {
  const form = html`<div id="drop"><p><label for="file">Choose a picture, drop one here, or paste one:</label></p><p><input id="file" type="file" accept="image/jpeg,image/png,image/webp,image/tiff,image/gif"></p><noscript><p class="warning">This page needs its script. Without it: npx nearmiss search IMAGE --html FILE</p></noscript></div><p id="says" class="note" role="status"></p><div id="results"></div>`
  return renderPage({
    title: `Search in run ${run}`,
    warnings: [],
    sections: [{id: 'nearest', title: 'Nearest images', content: nearestSection(form, facts)}],
    script: 'drop.js',
    credits,
  })
}

/** The results of one search, as the part of the page that shows them. */
export async function renderResults(result: SearchResult, pictures: Pictures): Promise<string> {
  return String(await strip(result, pictures))
}

function nearestSection(content: Markup, facts: readonly string[]): Markup {
  return section('nearest', 'Nearest images', ...facts.map((fact) => html`<p>${fact}</p>`), content)
}

async function strip({name, thumbnail, found}: SearchResult, pictures: Pictures): Promise<Markup> {
  const {source, width, height} = thumbnail
  const asked = html`<figure class="picture query"><img src="${source}" width="${width}" height="${height}" alt="${name}"><figcaption><b>query</b> <bdi>${name}</bdi></figcaption></figure>`
  const shown = await Promise.all(
    found.map(({image, distance}, i) =>
      picture(pictures, image, {frame: 'plain', mark: `${i + 1}`, note: distance.toFixed(3)}),
    ),
  )
  return html`<div class="strip" role="group" aria-label="${name} and its nearest images">${asked}${shown}</div>`
}
