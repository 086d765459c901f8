import {createRequire} from 'node:module'
import type {IconifyInfo, IconifyJSON} from '@iconify-json/noto'

/** One vendor's drawings as its npm package holds them. */
export interface DrawingSet {
  /** Name of the package below @iconify-json, and of the vendor's file in each class folder. */
  readonly vendor: string
  readonly icons: IconifyJSON
  /** Author and licence. */
  readonly info: IconifyInfo
  /** Name of the drawing by code points in hex (`1f600`, `1f468-200d-1f33e`); empty where the vendor's package has no such list. */
  readonly names: Readonly<Record<string, string>>
  readonly version: string
}

/** Sets whose licences allow use with attribution. Left out for share-alike: openmoji, emojione-v1 (CC BY-SA 4.0). */
const vendors = ['noto', 'noto-v1', 'twemoji', 'fluent-emoji-flat', 'fxemoji', 'emojione'] as const

export function loadSets(): DrawingSet[] {
  const require = createRequire(import.meta.url)
  return vendors.map((vendor) => {
    const {icons, info, chars} = require(`@iconify-json/${vendor}`) as Package
    const {version} = require(`@iconify-json/${vendor}/package.json`) as {version: string}
    return {vendor, icons, info, names: chars, version}
  })
}

interface Package {
  readonly icons: IconifyJSON
  readonly info: IconifyInfo
  readonly chars: Record<string, string>
}
