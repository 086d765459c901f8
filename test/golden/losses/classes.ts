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
  'pytorch-metric-learning 2.8.1 SubCenterArcFaceLoss': (entry, data) => {
    const spec = {loss: 'sub-center-arcface', ...pick(entry.params, ['margin', 'scale'])}
    return withCentres({...spec, sub_centers: data.sub_centres_per_class}, entry, data)
  },
  'pytorch-metric-learning 0.9.88 SoftTripleLoss': softTriple,
  'pytorch-metric-learning 2.8.1 SoftTripleLoss': (entry, data) =>
    softTriple({...entry, params: {...entry.params, reg_weight: 0}}, data),
  'pytorch-metric-learning 0.9.88 ProxyAnchorLoss': proxyAnchor,
  'pytorch-metric-learning 2.8.1 ProxyAnchorLoss': proxyAnchor,
  'pytorch-metric-learning 2.8.1 ManifoldLoss': (entry, data) => {
    const {lambdaC: lambda_c, alpha, margin} = entry.params
    return withProxies({loss: 'manifold', proxies: data.num_classes, lambda_c, alpha, margin}, entry, data)
  },
  'pytorch-metric-learning 2.8.1 P2SGradLoss': (entry) => {
    // The library puts the weights back to unit length itself, so its gradient may point away from the sphere; ours never does.
    const values = entry.class_weights_used as number[][]
    const gradient = gradientOf(entry, 'class_weights').map((row, i) => alongSphere(row, values[i]!))
    return {spec: {loss: 'p2sgrad'}, weights: {class_weights: {values, gradient}}}
  },
}

function multipleAngle(loss: string, normalise: boolean): Families[string] {
  return (entry, data) => withClassWeights({loss, normalise, ...pick(entry.params, ['margin', 'scale'])}, entry, data)
}

function proxyNca(entry: Entry, data: Case): GoldenRun {
  return withProxies({loss: 'proxy-nca', softmax_scale: entry.params.softmax_scale}, entry, data)
}

function proxyAnchor(entry: Entry, data: Case): GoldenRun {
  return withProxies({loss: 'proxy-anchor', ...pick(entry.params, ['margin', 'alpha'])}, entry, data)
}

function normalizedSoftmax(entry: Entry, data: Case): GoldenRun {
  return withClassWeights({loss: 'normalized-softmax', temperature: entry.params.temperature}, entry, data)
}

function cosface(entry: Entry, data: Case): GoldenRun {
  return withClassWeights({loss: 'cosface', ...pick(entry.params, ['margin', 'scale'])}, entry, data)
}

function softTriple(entry: Entry, data: Case): GoldenRun {
  const spec = {loss: 'soft-triple', ...pick(entry.params, ['la', 'gamma', 'margin', 'reg_weight'])}
  return withCentres({...spec, centers_per_class: data.sub_centres_per_class}, entry, data)
}

function withCentres(spec: GoldenRun['spec'], entry: Entry, {sub_centres}: Case): GoldenRun {
  return {spec, weights: {centres: {values: sub_centres, gradient: gradientOf(entry, 'sub_centres')}}}
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

function alongSphere(gradient: readonly number[], point: readonly number[]): number[] {
  const radial = gradient.reduce((sum, value, i) => sum + value * point[i]!, 0)
  return gradient.map((value, i) => value - radial * point[i]!)
}
