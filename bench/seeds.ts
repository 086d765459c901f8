// npx tsx bench/seeds.ts: two lab epochs of ours for three seeds beside PyTorch's (peers/lab_seeds.json), as markdown.
import {readFileSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {parseArgs} from 'node:util'
import {execa} from 'execa'
import {type EpochStatus, makeProjectFolder, nearmiss, readEpochs} from './project-folder.ts'
import {peerScript} from './python.ts'

interface EpochResult extends Omit<EpochStatus, 'metrics'> {
  readonly seed: number
  readonly precision_at_1: number
  readonly map_at_r: number
}

const compared = ['loss', 'active_fraction', 'precision_at_1', 'map_at_r'] as const
const root = resolve(import.meta.dirname, '..')

const {values: options} = parseArgs({
  options: {
    data: {type: 'string', default: '../shared/data/CUB_200_2011'},
    weights: {type: 'string', default: '../shared/weights/resnet18-imagenet.pth'},
    threads: {type: 'string', default: '2'},
  },
})

await main()

async function main(): Promise<void> {
  const theirs = JSON.parse(readFileSync(peerScript('lab_seeds.json'), 'utf8')) as {epochs: EpochResult[]}
  const folder = makeProjectFolder(join(root, 'bench', 'results', 'scratch', 'seeds'))
  const ours: EpochResult[] = []
  for (const seed of [0, 1, 2]) ours.push(...(await runSeed(seed, folder)))
  console.log(renderSeeds(ours, theirs.epochs))
}

async function runSeed(seed: number, folder: string): Promise<EpochResult[]> {
  const files = [`data.root=${resolve(root, options.data)}`, `model.weights=${resolve(root, options.weights)}`]
  const sets = [...files, 'data.train=0-49', 'data.val=50-74', `seed=${seed}`].flatMap((set) => ['--set', set])
  const run = `seed-${seed}`
  const words = ['run', '--run', run, '--preset', 'lab-cub', ...sets, '--epochs', '2']
  const {file, args, ...rest} = nearmiss(folder, Number(options.threads), words)
  await execa(file, args, {...rest, stdio: 'inherit'})
  const epochs = await readEpochs(folder, run)
  return epochs.map(({metrics, ...row}) => ({...row, ...metrics, seed}))
}

function renderSeeds(ours: readonly EpochResult[], theirs: readonly EpochResult[]): string {
  const rows = ours.map((own) => {
    const other = theirs.find(({seed, epoch}) => seed === own.seed && epoch === own.epoch)
    const pair = (name: (typeof compared)[number]) => [own[name], other?.[name]].map((value) => value?.toFixed(4) ?? '')
    return [own.seed, own.epoch, ...compared.flatMap(pair)]
  })
  const pairs = compared.flatMap((name) => [name, 'PyTorch'])
  const header = ['seed', 'epoch', ...pairs]
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
