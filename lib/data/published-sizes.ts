import type {DataSet} from './formats/data-set.ts'

interface Size {
  readonly name: string
  readonly images: number
  readonly classes: number
}

/** What the publications count; VehicleID's are those of its lists. */
const published: Readonly<Record<string, Size>> = {
  cub: {name: 'CUB-200-2011', images: 11_788, classes: 200},
  cars196: {name: 'Cars196', images: 16_185, classes: 196},
  sop: {name: 'Stanford Online Products', images: 120_053, classes: 22_634},
  'in-shop': {name: 'In-Shop Clothes Retrieval', images: 52_712, classes: 7_982},
  celeba: {name: 'CelebA', images: 202_599, classes: 10_177},
}

/** A sentence where a data set is not of the size that it was published with; undefined where it is, or where none is known. */
export function describeSize(format: string, {label}: DataSet): string | undefined {
  const size = published[format]
  const classes = new Set(label).size
  if (size === undefined || (size.images === label.length && size.classes === classes)) return undefined
  const count = (images: number, of: number) =>
    `${images.toLocaleString('en')} images of ${of.toLocaleString('en')} classes`
  return `This is not all of ${size.name}: ${count(label.length, classes)}, published were ${count(size.images, size.classes)}. Its numbers compare with no publication.`
}
