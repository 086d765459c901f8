import {drawPicture, writeFiles} from '../data/pictures.ts'

/** Formats of published data sets that presets name. */
export type LookAlike = 'cub' | 'cars196' | 'sop' | 'in-shop' | 'vehicle-id'

const images = [0, 1, 2, 3]

/** Writes a data set with the files of a published one: 4 random pictures of each of 14 classes, 10 of them on an official training side. */
export async function drawLookAlike(format: LookAlike, root: string): Promise<void> {
  const {index, paths} = layouts[format]()
  const pictures: [string, Buffer][] = []
  for (const [number, path] of paths.entries()) pictures.push([path, await drawPicture(number, {format: 'jpeg'})])
  writeFiles(root, {...index, ...Object.fromEntries(pictures)})
}

interface Layout {
  readonly index: Readonly<Record<string, string>>
  readonly paths: readonly string[]
}

const sides = {train: range(1, 10), test: range(11, 14)}

const layouts: Readonly<Record<LookAlike, () => Layout>> = {
  /** Classes 1 to 8 and 101 to 106: protocol lab finds some on each side too. */
  cub: () => {
    const rows = rowsOf([...range(1, 8), ...range(101, 106)]).map(({label, i, id}) => {
      const name = `${String(label).padStart(3, '0')}.Bird/${i}.jpg`
      return {label, id, name}
    })
    return {
      index: {
        'images.txt': linesOf(rows.map(({id, name}) => `${id} ${name}`)),
        'image_class_labels.txt': linesOf(rows.map(({id, label}) => `${id} ${label}`)),
      },
      paths: rows.map(({name}) => `images/${name}`),
    }
  },
  /** No annotations: enough for a plan, which opens none. */
  cars196: () => ({index: {}, paths: ['car_ims/000001.jpg']}),
  sop: () => {
    const header = 'image_id class_id super_class_id path'
    const pathOf = ({label, i}: {label: number; i: number}) => `chair_final/${label}_${i}.JPG`
    const entry = (row: {label: number; i: number; id: number}) => `${row.id} ${row.label} 1 ${pathOf(row)}`
    const [train, test] = [rowsOf(sides.train), rowsOf(sides.test, 1000)]
    return {
      index: {
        'Ebay_train.txt': linesOf([header, ...train.map(entry)]),
        'Ebay_test.txt': linesOf([header, ...test.map(entry)]),
      },
      paths: [...train, ...test].map(pathOf),
    }
  },
  'in-shop': () => {
    const rows = [
      ...rowsOf(sides.train).map((row) => ({...row, status: 'train'})),
      ...rowsOf(sides.test).map((row) => ({...row, status: row.i < 2 ? 'query' : 'gallery'})),
    ].map(({label, i, status}) => {
      const item = `id_${String(label).padStart(8, '0')}`
      return {path: `img/${item}/${i}.jpg`, item, status}
    })
    const entries = rows.map(({path, item, status}) => `${path} ${item} ${status}`)
    const index = linesOf([String(rows.length), 'image_name item_id evaluation_status', ...entries])
    return {index: {'list_eval_partition.txt': index}, paths: rows.map(({path}) => path)}
  },
  'vehicle-id': () => {
    const [train, test] = [rowsOf(sides.train), rowsOf(sides.test, 1000)]
    const entry = ({id, label}: {id: number; label: number}) => `${String(id).padStart(7, '0')} ${label}`
    const lists = {train_list: train, test_list_800: test, test_list_1600: test, test_list_2400: test}
    return {
      index: Object.fromEntries(
        Object.entries(lists).map(([name, rows]) => [`train_test_split/${name}.txt`, linesOf(rows.map(entry))]),
      ),
      paths: [...train, ...test].map(({id}) => `image/${String(id).padStart(7, '0')}.jpg`),
    }
  },
}

function rowsOf(classes: readonly number[], firstId = 1): {label: number; i: number; id: number}[] {
  return classes.flatMap((label) => images.map((i) => ({label, i}))).map((row, n) => ({...row, id: firstId + n}))
}

function range(from: number, to: number): number[] {
  return Array.from({length: to - from + 1}, (_, i) => from + i)
}

function linesOf(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`
}
