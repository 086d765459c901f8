import {describeModel, type ModelFile} from '../checkpoint.ts'
import {traceNetwork} from '../graph.ts'
import {writeSafetensors} from '../safetensors.ts'
import {writeOnnx} from './onnx/write.ts'
import {writeTfjs} from './tfjs/write.ts'
import {writeTorch} from './torch/write.ts'

/** safetensors and torch are both PyTorch's. */
export type ExportFormat = keyof typeof writers

/** Where a model came from, in words or numbers: `{run: 'demo', epoch: 3, key: '5b…'}`. */
export type Origin = Readonly<Record<string, string | number>>

/**
 * Writes a model for other programs. safetensors, torch (a file of torch.save): a state dict under the names of the backbone's package, with the head's, as
 * docs/export.md loads them; onnx, tfjs (a folder): the network as a graph from bytes of pixels to unit descriptors. All say what they are in their metadata.
 * Equal models give equal bytes. Throws UserError for a network that the format's writer does not know.
 */
export async function exportModel(path: string, model: ModelFile, format: ExportFormat, origin: Origin): Promise<void> {
  await writers[format](path, model, {
    ...describeModel(model),
    'nearmiss.origin': JSON.stringify(origin),
    'nearmiss.dim': String((await traceNetwork(model.spec)).dim),
  })
}

type Write = (path: string, model: ModelFile, metadata: Readonly<Record<string, string>>) => Promise<void>

const writers = {
  safetensors: (path, {weights}, metadata) => writeSafetensors(path, weights, metadata),
  torch: (path, {weights}, metadata) => writeTorch(path, weights, metadata),
  onnx: writeOnnx,
  tfjs: writeTfjs,
} satisfies Record<string, Write>
