import { sharedPath } from '../shared-forest.ts'
import { jvmPeer } from './systems/jvm.ts'
import { pythonPeer } from './systems/python.ts'

/** Peers that copy records. */
export const COPY = {
  client: jvmPeer({ name: 'Java client', main: 'client', scoring: { scorer: 'copy' } }),
  streams: jvmPeer({ name: 'Kafka Streams', main: 'streams', scoring: { scorer: 'copy' } }),
  flink: jvmPeer({ name: 'Flink', main: 'flink', scoring: { scorer: 'copy' } }),
} as const

const forest = { scorer: 'onnx', model: sharedPath('forest.onnx') } as const

/** Peers with the shared forest. */
export const FOREST = {
  client: jvmPeer({ name: 'Java client + ONNX, one at a time', main: 'client', scoring: forest }),
  clientBatched: jvmPeer({ name: 'Java client + ONNX, batched', main: 'client', scoring: forest, batched: true }),
  streams: jvmPeer({ name: 'Kafka Streams + ONNX', main: 'streams', scoring: forest }),
  streamsJpmml: jvmPeer({
    name: 'Kafka Streams + JPMML',
    main: 'streams',
    scoring: { scorer: 'jpmml', model: sharedPath('forest.pmml') },
  }),
  flink: jvmPeer({ name: 'Flink + ONNX', main: 'flink', scoring: forest }),
  confluent: pythonPeer({ name: 'confluent-kafka Python + ONNX, batched', module: 'confluent_peer', model: forest.model }),
  bytewax: pythonPeer({ name: 'bytewax + ONNX', module: 'bytewax_peer', model: forest.model }),
  quixstreams: pythonPeer({ name: 'quixstreams + ONNX', module: 'quixstreams_peer', model: forest.model }),
} as const

const image = { scorer: 'onnx', model: sharedPath('crayfish-ffnn.onnx') } as const

/** Peers with the image network. */
export const IMAGE = {
  client: jvmPeer({ name: 'Java client + ONNX, one at a time', main: 'client', scoring: image }),
  clientBatched: jvmPeer({ name: 'Java client + ONNX, batched', main: 'client', scoring: image, batched: true }),
  streams: jvmPeer({ name: 'Kafka Streams + ONNX', main: 'streams', scoring: image }),
  flink: jvmPeer({ name: 'Flink + ONNX', main: 'flink', scoring: image }),
} as const
