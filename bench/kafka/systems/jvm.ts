import { join } from 'node:path'
import { Child } from '../child.ts'
import { classPathOf } from '../java.ts'
import { type Place, type System, FLOAT32_TOLERANCE, FLOAT64_TOLERANCE } from './system.ts'

type Scorer = { readonly scorer: 'copy' } | { readonly scorer: 'onnx' | 'jpmml'; readonly model: string }

const MAINS = {
  client: ['kafka', 'sluice.bench.kafka.ClientPeer'],
  streams: ['kafka', 'sluice.bench.kafka.StreamsPeer'],
  flink: ['flink', 'sluice.bench.flink.FlinkPeer'],
} as const

const OPENED = ['--add-opens', 'java.base/java.util=ALL-UNNAMED', '--add-opens', 'java.base/java.lang=ALL-UNNAMED']

/** A peer that runs on a JVM. */
export interface JvmPeer {
  readonly name: string
  readonly main: keyof typeof MAINS
  readonly scoring: Scorer
  /** The Java client only: score a whole poll at once. */
  readonly batched?: boolean
}

/** One of bench/peers/java, in a JVM of 1 GB with one thread that scores. */
export function jvmPeer({ name, main, scoring, batched = false }: JvmPeer): System {
  return {
    name,
    answers: scoring.scorer === 'copy' ? 'copies' : 'numbers',
    tolerance: scoring.scorer === 'jpmml' ? FLOAT64_TOLERANCE : FLOAT32_TOLERANCE,
    async start({ stage, input, output, group, records, guarantee, prompt, directory }: Place) {
      const [module, entry] = MAINS[main]
      const options = { bootstrap: stage.bootstrap, input, output, group, guarantee, batched, linger: prompt ? 0 : 5, directory }
      const words = Object.entries({ ...options, ...scoring, records: records.reader }).map(([key, value]) => `${key}=${value}`)
      const java = ['java', '-Xmx1g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', ...OPENED, '-cp', classPathOf(stage.java, module)]
      return new Child([...java, entry, ...words], { name, output: join(directory, 'output.log'), cwd: directory })
    },
  }
}
