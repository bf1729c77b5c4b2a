/** The samples of the processes as the page keeps them: the last hour. */
import type { ProcessMetrics, ProcessSample, ProcessState } from '../../../native-services/contract/process-metrics.ts'

const keptMs = 3_600_000

/** Adds what is newer than what is there, and drops what is older than an hour. */
export function addSamples(known: readonly ProcessSample[], more: readonly ProcessSample[]): ProcessSample[] {
  const last = known.at(-1)?.at ?? ''
  const all = [...known, ...more.filter((sample) => sample.at > last)]
  const oldest = new Date(Date.parse(all.at(-1)?.at ?? '') - keptMs || 0).toISOString()
  return all.filter((sample) => sample.at > oldest)
}

export function addSample(metrics: ProcessMetrics, frame: { sample: ProcessSample; parts: ProcessState[] }): ProcessMetrics {
  return { ...metrics, samples: addSamples(metrics.samples, [frame.sample]), parts: frame.parts }
}
