/** A tensor in the host's memory, in PyTorch's layout (convolution weights are [out, in, height, width]). */
export type HostTensor =
  | {readonly dtype: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array}
  | {readonly dtype: 'I64'; readonly shape: readonly number[]; readonly data: BigInt64Array}

/** Named tensors in saving order; names are torchvision's (`layer1.0.conv1.weight`). */
export type StateDict = ReadonlyMap<string, HostTensor>
