import {carsMat} from './formats/cars-mat.ts'
import {writeFiles, writePictures} from './pictures.ts'

/** A data set of a few pictures in the files of a format. */
export interface LookAlike {
  readonly pictures: readonly string[]
  readonly files: Readonly<Record<string, string | Buffer>>
  readonly protocol: Readonly<Record<string, unknown>>
  /** By ascending id. */
  readonly split: readonly string[]
}

const classed = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'c/1.png', 'c/2.png']
const shop = [2, 2, 5, 5, 80, 80].map((item, i) => [`img/M/id_0000000${item}/${i}.png`, item] as const)
const official = {protocol: 'official', val_share: 0}
const byHand = {protocol: 'classes', train: '0-1', val: 2}

/** Every format with four training images of two classes and two measured ones. */
export const lookAlikes: Readonly<Record<string, LookAlike>> = {
  folder: {pictures: classed, files: {}, protocol: byHand, split: ['train', 'train', 'train', 'train', 'val', 'val']},
  cub: {
    pictures: classed.map((path) => `images/${path}`),
    files: {
      'images.txt': classed.map((path, i) => `${i + 1} ${path}\n`).join(''),
      'image_class_labels.txt': '1 1\n2 1\n3 2\n4 2\n5 3\n6 3\n',
    },
    protocol: byHand,
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  cars196: {
    pictures: [1, 2, 3, 4, 5, 6].map((number) => `car_ims/00000${number}.jpg`),
    files: {'cars_annos.mat': carsMat},
    protocol: byHand,
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  sop: {
    pictures: classed.map((path) => `bicycle_final/${path.replace('/', '_')}`),
    files: {
      'Ebay_train.txt': `image_id class_id super_class_id path\n${[1, 2, 3, 4].map((id) => `${id} ${Math.ceil(id / 2)} 1 bicycle_final/${classed[id - 1]!.replace('/', '_')}\n`).join('')}`,
      'Ebay_test.txt': `image_id class_id super_class_id path\n5 3 1 bicycle_final/c_1.png\n6 3 1 bicycle_final/c_2.png\n`,
    },
    protocol: official,
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  'in-shop': {
    pictures: shop.map(([path]) => path),
    files: {
      'list_eval_partition.txt': `6\nimage_name item_id evaluation_status\n${shop.map(([path, item], i) => `${path} id_0000000${item} ${['train', 'train', 'train', 'train', 'query', 'gallery'][i]}\n`).join('')}`,
    },
    protocol: official,
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  'vehicle-id': {
    pictures: [1, 2, 3, 4, 5, 6].map((number) => `image/000000${number}.jpg`),
    files: {
      'train_test_split/train_list.txt': '1 1\n2 1\n3 2\n4 2\n',
      'train_test_split/test_list_800.txt': '5 3\n6 3\n',
      'train_test_split/test_list_1600.txt': '5 3\n6 3\n',
      'train_test_split/test_list_2400.txt': '5 3\n6 3\n',
    },
    protocol: official,
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  celeba: {
    pictures: [1, 2, 3, 4, 5, 6].map((number) => `img_align_celeba/00000${number}.jpg`),
    files: {
      'identity_CelebA.txt': '000001.jpg 1\n000002.jpg 1\n000003.jpg 2\n000004.jpg 2\n000005.jpg 3\n000006.jpg 3\n',
      'list_eval_partition.txt': '000001.jpg 0\n000002.jpg 0\n000003.jpg 0\n000004.jpg 0\n000005.jpg 1\n000006.jpg 1\n',
    },
    protocol: {protocol: 'official'},
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  manifest: {
    pictures: classed,
    files: {
      'manifest.csv': `path,label,split\n${classed.map((path) => `${path},${path[0]},${path[0] === 'c' ? 'validation' : 'train'}\n`).join('')}`,
    },
    protocol: {protocol: 'official'},
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
  'split-lists': {
    pictures: classed,
    files: {
      'splits.json': JSON.stringify({
        train: [classed.slice(0, 2), classed.slice(2, 4)],
        val: [classed.slice(4)],
      }),
    },
    protocol: {protocol: 'official'},
    split: ['train', 'train', 'train', 'train', 'val', 'val'],
  },
}

/** Makes a look-alike in a folder, with other files instead of some. */
export async function writeLookAlike(
  root: string,
  {pictures, files}: LookAlike,
  changed: Readonly<Record<string, string | Buffer>> = {},
): Promise<void> {
  await writePictures(root, pictures)
  writeFiles(root, {...files, ...changed})
}
