import protobuf from 'protobufjs/light.js'
import {frameRecord} from './records.ts'

/** A number at a step. */
export interface Scalar {
  readonly tag: string
  readonly step: number
  /** Seconds since 1970. */
  readonly time: number
  readonly value: number
}

/** How values were spread at a step. */
export interface Histogram extends Omit<Scalar, 'value'> {
  readonly values: ArrayLike<number>
}

/** The bytes of an event file that TensorBoard reads: numbers and histograms, in order of time. */
export function encodeEvents(scalars: readonly Scalar[], histograms: readonly Histogram[]): Buffer {
  const points = [
    ...scalars.map(({tag, step, time, value}) => ({step, time, content: {tag, simpleValue: value}})),
    ...histograms
      .filter(({values}) => values.length > 0)
      .map(({tag, step, time, values}) => ({step, time, content: {tag, histo: describeSpread(values)}})),
  ].sort((a, b) => a.time - b.time || a.step - b.step)
  const records = [
    {wallTime: points[0]?.time ?? 0, fileVersion: 'brain.Event:2'},
    ...points.map(({step, time, content}) => ({wallTime: time, step, summary: {value: [content]}})),
  ]
  return Buffer.concat(records.map((record) => frameRecord(event.encode(event.fromObject(record)).finish())))
}

const buckets = 30

/** HistogramProto: equal buckets between the least and the largest value. */
function describeSpread(values: ArrayLike<number>) {
  const all = Float64Array.from(values)
  const [min, max] = [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))]
  const width = (max - min) / buckets || 1
  const bucket = new Array<number>(buckets).fill(0)
  for (const value of all) bucket[Math.min(buckets - 1, Math.floor((value - min) / width))]! += 1
  return {
    min,
    max,
    num: all.length,
    sum: all.reduce((sum, value) => sum + value, 0),
    sumSquares: all.reduce((sum, value) => sum + value * value, 0),
    bucketLimit: bucket.map((_, i) => min + (i + 1) * width),
    bucket,
  }
}

// The part of tensorflow/core/util/event.proto and framework/summary.proto that is written here.
const event = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: {type: 'double', id: 1},
        step: {type: 'int64', id: 2},
        fileVersion: {type: 'string', id: 3},
        summary: {type: 'Summary', id: 5},
      },
    },
    Summary: {fields: {value: {rule: 'repeated', type: 'Value', id: 1}}},
    Value: {
      fields: {
        tag: {type: 'string', id: 1},
        simpleValue: {type: 'float', id: 2},
        histo: {type: 'HistogramProto', id: 5},
      },
    },
    HistogramProto: {
      fields: {
        min: {type: 'double', id: 1},
        max: {type: 'double', id: 2},
        num: {type: 'double', id: 3},
        sum: {type: 'double', id: 4},
        sumSquares: {type: 'double', id: 5},
        bucketLimit: {rule: 'repeated', type: 'double', id: 6, options: {packed: true}},
        bucket: {rule: 'repeated', type: 'double', id: 7, options: {packed: true}},
      },
    },
  },
}).lookupType('Event')
