import {openLoader} from '../../lib/data/loader.ts'

// Run by loader.test.ts as a process of its own: takes one batch of a long plan and goes away as the last argument says.
const [root, file, how] = process.argv.slice(2)
const loader = openLoader({root: root!, paths: new Map([[0, file!]]), transforms: [{resize: 8}, {center_crop: 8}]})
const plan = Array.from({length: 5000}, () => ({images: new Int32Array(8), seeds: new Uint32Array(8)}))
const batches = loader.batches(plan)
await batches.next()
if (how === 'return') await batches.return()
if (how === 'exit') process.exit(0)
if (how === 'throw') throw new Error('the step failed')
console.log('end of the script')
