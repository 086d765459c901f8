import type {Analysis} from './analysis/analyse.ts'
import type {RunFacts} from './facts.ts'
import {type Page, renderPage} from './page.ts'
import type {Pictures} from './pictures.ts'
import {confusedPairs, worstClasses} from './sections/classes.ts'
import {curves} from './sections/curves.ts'
import {duplicates} from './sections/duplicates.ts'
import {gallery} from './sections/gallery.ts'
import {headline} from './sections/headline.ts'
import {mapSection} from './sections/map.ts'
import {provenance} from './sections/provenance.ts'
import {retrieval} from './sections/retrieval.ts'
import {triplets} from './sections/triplets.ts'
import {plural} from './wording.ts'

/** The report of one run as one HTML page. `credits`: whose pictures these are. */
export async function renderReport(
  facts: RunFacts,
  analysis: Analysis | undefined,
  pictures: Pictures | undefined,
  credits: readonly string[],
): Promise<string> {
  const views = analysis === undefined || pictures === undefined ? [] : await renderViews(analysis, pictures)
  const unread = pictures?.unreadable() ?? 0
  const warnings = [
    ...(analysis?.tables.missing ?? ['No table of images is in the store, so this page has no pictures.']),
    ...(unread === 0 ? [] : [`${plural(unread, 'picture')} could not be read: the data set has changed since.`]),
  ]
  return renderPage({
    title: `Report of run ${facts.run}`,
    warnings,
    sections: [
      {id: 'headline', title: 'What came out', content: headline(facts)},
      {id: 'curves', title: 'Epoch by epoch', content: await curves(facts)},
      ...views,
      {id: 'provenance', title: 'Configuration and provenance', content: provenance(facts)},
    ],
    credits,
    script: 'plane.js',
  })
}

/** Everything that shows pictures or descriptors. */
async function renderViews(analysis: Analysis, pictures: Pictures): Promise<Page['sections']> {
  return [
    {id: 'retrieval', title: 'Recall and distances', content: await retrieval(analysis)},
    {id: 'gallery', title: 'Queries', content: await gallery(analysis, pictures)},
    {id: 'map', title: 'Map', content: await mapSection(analysis, pictures)},
    {id: 'classes', title: 'Worst classes', content: worstClasses(analysis)},
    {id: 'confusions', title: 'Confused classes', content: await confusedPairs(analysis, pictures)},
    {id: 'triplets', title: 'Hardest triplets', content: await triplets(analysis, pictures)},
    {id: 'duplicates', title: 'Duplicates', content: await duplicates(analysis, pictures)},
  ]
}
