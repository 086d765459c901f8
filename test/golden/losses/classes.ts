// Losses that compare embeddings with class weights, proxies or centres.
import type {Case, Entry, Families, GoldenRun} from './entry.ts'

export const classFamilies: Families = {
  'from formula DmlbCrossEntropy': (entry, data) => ({
    spec: {loss: 'cross-entropy'},
    weights: {
      class_weights: {values: data.class_weights, gradient: gradientOf(entry, 'class_weights')},
      bias: {values: entry.bias!, gradient: entry.grad_bias as number[]},
    },
  }),
  'from formula DmlbProxyNCA': (entry, data) => {
    const scale = entry.params.scale as number
    return withProxies({loss: 'proxy-nca', denominator: 'others', softmax_scale: scale ** 2}, entry, data)
  },
  'pytorch-metric-learning 0.9.88 ProxyNCALoss': proxyNca,
  'pytorch-metric-learning 2.8.1 ProxyNCALoss': proxyNca,
  'pytorch-metric-learning 0.9.88 NormalizedSoftmaxLoss': normalizedSoftmax,
  'pytorch-metric-learning 2.8.1 NormalizedSoftmaxLoss': normalizedSoftmax,
  'pytorch-metric-learning 0.9.88 CosFaceLoss': cosface,
  'pytorch-metric-learning 2.8.1 CosFaceLoss': cosface,
  'pytorch-metric-learning 0.9.88 ArcFaceLoss': (entry, data) => {
    const {margin, scale} = entry.params
    return withClassWeights({loss: 'arcface', margin, scale, beyond: 'cosine', cosine_limit: 1e-7}, entry, data)
  },
  'pytorch-metric-learning 2.8.1 ArcFaceLoss': (entry, data) => {
    const {margin, scale, weight_reg_weight: weight} = entry.params
    const regularizers = weight === undefined ? [] : [{name: 'regular-face', weight}]
    const run = withClassWeights({loss: 'arcface', margin, scale, regularizers}, entry, data)
    // A cosine of exactly 1: the library divides by the sine.
    return hasNaN(entry.grad_embeddings) ? {...withoutGradients(run), onlyFinite: true} : run
  },
  'pytorch-metric-learning 0.9.88 LargeMarginSoftmaxLoss': multipleAngle('large-margin-softmax', true),
  'pytorch-metric-learning 2.8.1 LargeMarginSoftmaxLoss': multipleAngle('large-margin-softmax', false),
  'pytorch-metric-learning 0.9.88 SphereFaceLoss': multipleAngle('sphereface', true),
  'pytorch-metric-learning 2.8.1 SphereFaceLoss': multipleAngle('sphereface', false),
}

function multipleAngle(loss: string, normalise: boolean): Families[string] {
  return (entry, data) => withClassWeights({loss, normalise, ...pick(entry.params, ['margin', 'scale'])}, entry, data)
}

function proxyNca(entry: Entry, data: Case): GoldenRun {
  return withProxies({loss: 'proxy-nca', softmax_scale: entry.params.softmax_scale}, entry, data)
}

function normalizedSoftmax(entry: Entry, data: Case): GoldenRun {
  return withClassWeights({loss: 'normalized-softmax', temperature: entry.params.temperature}, entry, data)
}

function cosface(entry: Entry, data: Case): GoldenRun {
  return withClassWeights({loss: 'cosface', ...pick(entry.params, ['margin', 'scale'])}, entry, data)
}

function withClassWeights(spec: GoldenRun['spec'], entry: Entry, {class_weights}: Case): GoldenRun {
  return {spec, weights: {class_weights: {values: class_weights, gradient: gradientOf(entry, 'class_weights')}}}
}

function withProxies(spec: GoldenRun['spec'], entry: Entry, {class_weights}: Case): GoldenRun {
  return {spec, weights: {proxies: {values: class_weights, gradient: gradientOf(entry, 'class_weights')}}}
}

function withoutGradients(run: GoldenRun): GoldenRun {
  const weights = Object.entries(run.weights!).map(([name, {values}]) => [name, {values}])
  return {...run, weights: Object.fromEntries(weights)}
}

function gradientOf(entry: Entry, weights: string): number[][] {
  return entry[`grad_${weights}`] as number[][]
}

function hasNaN(gradient: readonly (readonly unknown[])[]): boolean {
  return gradient.flat().includes('NaN')
}

function pick(params: Entry['params'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, params[name]]))
}
