import {describeModel, type ModelFile} from '../checkpoint.ts'
import {traceNetwork} from '../graph.ts'
import {writeSafetensors} from '../safetensors.ts'
import {writeOnnx} from './onnx/write.ts'

export type ExportFormat = 'pytorch' | 'onnx'

/** Where a model came from, in words or numbers: `{run: 'demo', epoch: 3, key: '5b…'}`. */
export type Origin = Readonly<Record<string, string | number>>

/**
 * Writes a model for other programs. pytorch: safetensors under torchvision's names, with the head's, as docs/export.md loads them;
 * onnx: the network as a graph from bytes of pixels to unit descriptors. Both say what they are in their metadata. Equal models give
 * equal bytes. Throws UserError for a network that the format's writer does not know.
 */
export async function exportModel(path: string, model: ModelFile, format: ExportFormat, origin: Origin): Promise<void> {
  const metadata = {
    ...describeModel(model),
    'nearmiss.origin': JSON.stringify(origin),
    'nearmiss.dim': String((await traceNetwork(model.spec)).dim),
  }
  if (format === 'onnx') await writeOnnx(path, model, metadata)
  else await writeSafetensors(path, model.weights, metadata)
}
