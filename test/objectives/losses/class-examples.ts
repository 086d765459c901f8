// Settings of the losses that compare with class weights, proxies or centres.
import type {Example} from './examples.ts'

export const classExamples: readonly Example[] = [
  {title: 'cross-entropy', spec: {loss: 'cross-entropy'}},
  {title: 'normalised softmax loss', spec: {loss: 'normalized-softmax', temperature: 0.3}},
  {title: 'CosFace loss', spec: {loss: 'cosface', scale: 8}},
  {title: 'ArcFace loss', spec: {loss: 'arcface', scale: 8}},
  {title: 'ArcFace loss beyond 180 degrees', spec: {loss: 'arcface', scale: 4, margin: 120}},
  {title: 'ProxyNCA loss', spec: {loss: 'proxy-nca', softmax_scale: 4}},
  {
    title: 'ProxyNCA loss without the own proxy in the sum',
    spec: {loss: 'proxy-nca', softmax_scale: 4, denominator: 'others'},
  },
  {title: 'SphereFace loss', spec: {loss: 'sphereface', margin: 3}, lengthMatters: true},
  {title: 'SphereFace loss of normalised embeddings', spec: {loss: 'sphereface', scale: 4, normalise: true}},
  {title: 'large-margin softmax loss', spec: {loss: 'large-margin-softmax'}, lengthMatters: true},
  {
    title: 'large-margin softmax loss of normalised embeddings',
    spec: {loss: 'large-margin-softmax', margin: 2, normalise: true},
  },
  {
    title: 'CosFace loss with regularised weights',
    spec: {
      loss: 'cosface',
      scale: 8,
      regularizers: [{name: 'regular-face'}, {name: 'center-invariant', weight: 0.1}],
    },
  },
  {title: 'sub-center ArcFace loss', spec: {loss: 'sub-center-arcface', scale: 8, sub_centers: 3}},
  {title: 'SoftTriple loss', spec: {loss: 'soft-triple', la: 6, centers_per_class: 3}},
  {
    title: 'SoftTriple loss without its penalty',
    spec: {loss: 'soft-triple', la: 6, gamma: 2, centers_per_class: 2, reg_weight: 0},
  },
  {title: 'SoftTriple loss with one centre a class', spec: {loss: 'soft-triple', la: 6, centers_per_class: 1}},
  {
    title: 'sub-center ArcFace loss with its centres drawn together',
    spec: {loss: 'sub-center-arcface', scale: 8, sub_centers: 2, regularizers: [{name: 'sparse-centers', weight: 0.5}]},
  },
  {title: 'Proxy-Anchor loss', spec: {loss: 'proxy-anchor', alpha: 6}},
  {title: 'P2SGrad loss', spec: {loss: 'p2sgrad'}},
  {title: 'manifold loss', spec: {loss: 'manifold', proxies: 4, margin: 0.1}},
]
