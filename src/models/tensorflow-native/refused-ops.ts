import { SluiceError } from '../../core/errors.ts'
import type { Graph } from '../tensorflow/proto/read-graph.ts'

/** Ops that reach out of the graph: to files, the network, other processes, or code in Python. */
const REFUSED =
  /^(ReadFile|WriteFile|MatchingFiles|.*(File|Reader|LMDB|Sql|Snapshot|Cache)\w*Dataset(V\d)?|TFRecordDataset(V\d)?|Sav\w*Dataset(V\d)?|LoadDataset|\w*Reader(V2)?|\w*PyFunc\w*|Rpc\w*|TryRpc|RemoteCall|RemoteFusedGraphExecute|Debug\w+|\w*Summary\w*Writer\w*|Write\w*Summary|Dump\w+|DataService\w*|TPU\w*|Xla\w*Launch\w*|CollectiveInit\w*)$/

/**
 * Throws `model.unsupported` naming an op that reads or writes files, calls out or runs other code, which a model must not. What
 * TensorFlow itself needs to load and save its variables (RestoreV2, SaveV2) is let through.
 */
export function refuseOps({ nodes, functions }: Graph): void {
  for (const node of [...nodes, ...[...functions.values()].flatMap((one) => one.nodes)]) {
    const printsToFile = node.op === 'PrintV2' && node.attributes.get('output_stream')?.text?.startsWith('file:') === true
    if (!printsToFile && !REFUSED.test(node.op)) continue
    throw new SluiceError('model.unsupported', `the op ${node.op} of '${node.name}' reaches out of the model, which is not let do that`)
  }
}
