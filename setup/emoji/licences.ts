import type {DrawingSet} from './sets.ts'

/** The file beside the pictures that says whose they are; two licences ask for it wherever the drawings are shown. */
export function describeLicences(sets: readonly DrawingSet[]): string {
  const entries = sets.map(({vendor, version, info: {name, author, license}}) =>
    [
      `${vendor}.png`,
      `  "${name}" by ${author.name}, ${author.url}`,
      `  licence ${license.spdx}, ${license.url}`,
      `  drawn from @iconify-json/${vendor} ${version}`,
    ].join('\n'),
  )
  return `${heading}\n\n${entries.join('\n\n')}\n`
}

const heading = `The pictures in these folders are drawings of emoji by six vendors, one file each. They were drawn from npm packages, at
96 x 96 pixels on white, and are otherwise unchanged. Wherever they are shown, the CC-BY-4.0 sets ask for this attribution:

  Emoji graphics: Twemoji (c) Twitter, Inc and other contributors, and Emoji One (EmojiTwo), both CC BY 4.0
  (https://creativecommons.org/licenses/by/4.0/); Noto Emoji (c) Google and Firefox OS Emoji (c) Mozilla, Apache-2.0;
  Fluent Emoji (c) Microsoft, MIT.`
