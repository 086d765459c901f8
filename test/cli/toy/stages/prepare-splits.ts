import type {StageContext} from '../../../../lib/pipeline/stage.ts'
import {writeImages} from '../../../../lib/tables/images.ts'

/** Four images of two classes. */
export async function run(context: StageContext): Promise<void> {
  const four = (value: number) => Int32Array.of(value, value, value, value)
  console.log('looked at 4 images')
  context.note('4 images of 2 classes')
  await writeImages(context.outputs.images!, {
    id: Int32Array.of(0, 1, 2, 3),
    path: ['a/0.png', 'a/1.png', 'b/2.png', 'b/3.png'],
    label: Int32Array.of(0, 0, 1, 1),
    className: ['apple', 'apple', 'pear', 'pear'],
    split: ['train', 'train', 'train', 'train'],
    width: four(8),
    height: four(8),
    bytes: four(100),
    sha256: ['0', '1', '2', '3'].map((digit) => digit.repeat(64)),
    boxLeft: four(0),
    boxTop: four(0),
    boxWidth: four(8),
    boxHeight: four(8),
    root: '/data',
    format: 'folder',
    protocol: '{}',
  })
}
