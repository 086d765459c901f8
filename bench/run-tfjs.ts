// Runs an exported graph model as a browser without graphics would: TensorFlow.js' own loader and its kernels in JavaScript. For peers/check_export.py.
//
//     node --import tsx bench/run-tfjs.ts FOLDER < {"shape": [n, height, width, 3], "pixels": [...]} > [[...], ...]
import {resolve} from 'node:path'
import {text} from 'node:stream/consumers'
import {tf} from '../lib/engine/tensorflow.ts'

const {shape, pixels} = JSON.parse(await text(process.stdin)) as {
  shape: [number, number, number, number]
  pixels: number[]
}
await tf.setBackend('cpu')
const model = await tf.loadGraphModel(tf.io.fileSystem(resolve(process.argv[2]!, 'model.json')))
const descriptors = model.predict(tf.tensor4d(pixels, shape, 'int32')) as ReturnType<typeof tf.tensor2d>
process.stdout.write(JSON.stringify(await descriptors.array()))
