import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { KAFKA_VERSION } from '../../test/setup/kafka/fetch.ts'

const PEERS = join(import.meta.dirname, '../peers')

/** The versions of the broker, the peers and their runtimes, in one line. */
export function versionsLine(): string {
  const pom = readFileSync(join(PEERS, 'java/pom.xml'), 'utf8')
  const inPom = (property: string): string => new RegExp(`<${property}>(.*?)<`).exec(pom)?.[1] ?? 'unknown'
  const java = [
    `Java client and Kafka Streams ${inPom('kafka.version')}`,
    `Flink ${inPom('flink.version')} (connector ${inPom('flink.kafka.version')})`,
    `ONNX Runtime for Java ${inPom('onnxruntime.version')}`,
    `JPMML ${inPom('jpmml.version')}`,
  ]
  const python = readFileSync(join(PEERS, 'python/requirements.txt'), 'utf8').trim().replaceAll('==', ' ').split('\n')
  return [`broker ${KAFKA_VERSION}`, ...java, ...python].join(', ')
}

/** How busy the machine is with other things, which blurs what is measured. */
export function loadLine(): string {
  const [minute] = loadavg()
  return `load of the machine before the run: ${minute!.toFixed(1)} on ${cpus().length} cores`
}
