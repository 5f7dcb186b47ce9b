import type { ErrorScope } from './errors.ts'

interface ErrorEntry {
  readonly scope: ErrorScope
  /** What happened, in one sentence. */
  readonly summary: string
  /** What a person does about it, in one sentence. */
  readonly remedy: string
}

/** Every error code of Sluice. docs/errors.md is this table, and a test holds the two equal. */
export const ERRORS = {
  'record.tombstone': {
    scope: 'record',
    summary: 'The record has a key but no value, so there is nothing to score.',
    remedy: 'Send the record with a value, or keep tombstones off the input topic.',
  },
  'record.too-large': {
    scope: 'record',
    summary: 'The value is larger than the stream accepts.',
    remedy: "Send smaller records, or raise the stream's maxRecordBytes.",
  },
  'record.protobuf.malformed': {
    scope: 'record',
    summary: "The value is not a protobuf message: it is truncated, or a tag, length or varint in it can't be read.",
    remedy: "Check that the producer writes the message that the stream's descriptor set declares.",
  },
  'record.protobuf.wire-type': {
    scope: 'record',
    summary: 'A field is on the wire with another wire type than its declared type has.',
    remedy: "Bring the producer's schema and the stream's descriptor set together.",
  },
  'record.json.malformed': {
    scope: 'record',
    summary: 'The value is not a JSON object.',
    remedy: 'Send one JSON object (RFC 8259) per record.',
  },
  'record.avro.malformed': {
    scope: 'record',
    summary: 'The value is not a record of its Avro schema: it is truncated, goes on after its end, or a length or index in it is wrong.',
    remedy: 'Check which schema the producer writes with: Avro can only be read with that one.',
  },
  'record.schema.missing': {
    scope: 'record',
    summary: 'The value does not say which schema of the registry it was written with.',
    remedy: "Use a serializer of the schema registry, or set the stream's wire to plain.",
  },
  'record.schema.unknown': {
    scope: 'record',
    summary: 'The schema registry does not have the schema that the value names.',
    remedy: 'Check that the producer and Sluice use the same registry.',
  },
  'record.schema.unusable': {
    scope: 'record',
    summary: 'Records of the schema that the value names can be read or answered by this stream in no way; the message says why.',
    remedy: 'The message has the cause: another kind of schema, a field of the name of the answer, or a refusal of the registry.',
  },
  'record.data-type.missing': {
    scope: 'record',
    summary: 'The record does not say its data type where the stream expects it.',
    remedy: "Fill the field, header or key that the stream's dataType setting names.",
  },
  'record.data-type.unknown': {
    scope: 'record',
    summary: "The record's data type is not one that the stream declares.",
    remedy: "Correct the data type, or add it to the stream's dataTypes.",
  },
  'record.no-model': {
    scope: 'record',
    summary: "No model serves the record's data type, and the record was not held or was held too long.",
    remedy: 'Publish a model for the data type, then send the record again: `sluice records rejected` shows it.',
  },
  'record.no-answer': {
    scope: 'record',
    summary: "No model that the policy of the record's data type asks had answered when time was up, and the policy has no default.",
    remedy: "Raise the policy's budgetMs, give it a faster model or a default, then send the record again.",
  },
  'record.feature.missing': {
    scope: 'record',
    summary: 'A feature that the model needs is absent.',
    remedy: 'Send the feature, or use a model that declares what replaces it.',
  },
  'record.feature.invalid': {
    scope: 'record',
    summary: 'A feature has a type or a value that the model does not accept.',
    remedy: "Send a value of the feature's declared type and range.",
  },
  'record.feature.unknown-category': {
    scope: 'record',
    summary: "A categorical feature has a value that the model was not trained on and doesn't tolerate.",
    remedy: 'Send one of the declared categories, or train the model on the new one.',
  },
  'record.feature.not-finite': {
    scope: 'record',
    summary: 'A numeric feature is NaN or infinite, and the model does not accept it.',
    remedy: 'Leave the feature out if it is unknown; send a finite number otherwise.',
  },
  'record.score.failed': {
    scope: 'record',
    summary: 'The model failed on this record.',
    remedy: 'The message has the cause; the record can be sent again when the model is corrected.',
  },
  'record.score.not-finite': {
    scope: 'record',
    summary: 'The model answered NaN or an infinity for this record.',
    remedy: 'Check the record for extreme values, and the model for overflow.',
  },
  'model.descriptor.malformed': {
    scope: 'model',
    summary: 'A record of the models topic is not a ModelDescriptor that can be used.',
    remedy: 'Publish with `sluice models publish`, or fill in name, dataType, modeltype, and data or location.',
  },
  'model.format.unknown': {
    scope: 'model',
    summary: 'No runtime loads the format.',
    remedy: 'Use a format that docs/formats.md lists as supported.',
  },
  'model.version.immutable': {
    scope: 'model',
    summary: 'The name and version were published before with other bytes.',
    remedy: 'Publish the new bytes under a new version.',
  },
  'model.not-found': {
    scope: 'model',
    summary: 'The data type has no such model version.',
    remedy: 'List what there is with `sluice models history`.',
  },
  'model.rollback.impossible': {
    scope: 'model',
    summary: 'There is no earlier version to go back to.',
    remedy: 'Publish the version that should serve.',
  },
  'model.sha256.mismatch': {
    scope: 'model',
    summary: 'The bytes do not have the sha256 that the descriptor declares.',
    remedy: 'Publish again: the bytes were changed on their way, or the digest is of another file.',
  },
  'model.too-large': {
    scope: 'model',
    summary: 'The model is larger than the limit.',
    remedy: 'Raise models.maxBytes, or publish a smaller model.',
  },
  'model.location.refused': {
    scope: 'model',
    summary: 'The location is not one from which models may be fetched.',
    remedy: 'Use a path below models.directory or an allowed host, and give its sha256.',
  },
  'model.location.unreachable': {
    scope: 'model',
    summary: 'The bytes could not be fetched from the location.',
    remedy: 'Check that the location exists and can be read from this node, then publish again.',
  },
  'model.malformed': {
    scope: 'model',
    summary: "The bytes are not a model of the declared format: they are corrupt, truncated, or break the format's rules.",
    remedy: 'Export the model again and check the declared format.',
  },
  'model.unsupported': {
    scope: 'model',
    summary: 'The model uses a feature of its format that Sluice does not support; the message names it.',
    remedy: 'See docs/formats.md for what is supported.',
  },
  'model.inputs.mismatch': {
    scope: 'model',
    summary: "The model's inputs can't be found among the record's fields.",
    remedy: 'Declare which field feeds which input (`--input model-input=record-field`), or rename the fields.',
  },
  'model.golden.mismatch': {
    scope: 'model',
    summary: 'The model does not reproduce the example outputs that travel with it; the message has the difference.',
    remedy: 'Export the model again, or correct the golden vectors or their tolerance.',
  },
  'model.load.timeout': {
    scope: 'model',
    summary: 'Loading the model took longer than allowed.',
    remedy: 'Raise models.loadTimeoutMs, or publish a smaller model.',
  },
  'model.runtime.failed': {
    scope: 'model',
    summary: 'The runtime failed while it loaded or warmed the model.',
    remedy: 'The message has the cause.',
  },
  'config.invalid': {
    scope: 'service',
    summary: 'A configuration value is wrong; the message names the key, the value, its source and what would be right.',
    remedy: 'Correct the value where the message says it comes from.',
  },
  'config.unreadable': {
    scope: 'service',
    summary: 'A configuration file, or a file that it names, could not be read.',
    remedy: 'Check the path and its permissions.',
  },
  'policy.invalid': {
    scope: 'service',
    summary: "A policy can't choose an answer as it is declared; the message names each place, its value, and what would be right.",
    remedy: 'Correct the policy where the message says. The policy before it stays in force.',
  },
  'codec.schema.invalid': {
    scope: 'service',
    summary: "The stream's schema can't be used.",
    remedy: 'Give a FileDescriptorSet that contains the named message with its imports.',
  },
  'schemas.unavailable': {
    scope: 'service',
    summary: 'The schema registry could not be asked, or gave an answer that makes no sense.',
    remedy: 'Check schemas.registry, and that the registry is there. Streams wait and try again; nothing is lost.',
  },
  'schemas.refused': {
    scope: 'service',
    summary: 'The schema registry refused a request; the message says why.',
    remedy: 'Check the credentials, the compatibility rule of the subject, or register the schema yourself.',
  },
  'log.unavailable': {
    scope: 'service',
    summary: 'The log could not be opened, read or written.',
    remedy: 'Check that the broker or the file is there and that this process may use it.',
  },
  'log.in-use': {
    scope: 'service',
    summary: 'Another process has the embedded log open.',
    remedy: 'Stop the other process, or give this one its own file.',
  },
  'log.topic.unknown': {
    scope: 'service',
    summary: 'The topic or partition does not exist.',
    remedy: 'Create the topic, or correct its name.',
  },
  'log.topic.conflict': {
    scope: 'service',
    summary: 'The topic exists with another shape than the one that is asked for.',
    remedy: 'Use the existing shape, or another topic.',
  },
  'log.offset.out-of-range': {
    scope: 'service',
    summary: 'The log no longer, or not yet, holds the offset.',
    remedy: 'Read from an offset between the first and the next of the partition.',
  },
  'log.append.refused': {
    scope: 'service',
    summary: 'The log does not accept the records that were to be appended; the message says why.',
    remedy: 'Correct what the message names: the batch format, a missing key on a compacted topic, or the size.',
  },
  'log.corrupt': {
    scope: 'service',
    summary: 'Bytes of the log break the record-batch format.',
    remedy: 'Restore the log from a copy; the message says where it is damaged.',
  },
  'log.batch.too-large': {
    scope: 'service',
    summary: 'A compressed record batch of the log grows beyond the limit when it is decompressed.',
    remedy: 'Raise kafka.maxDecompressedBytes where the records are real; else see who writes such batches, and continue behind them.',
  },
  'log.fenced': {
    scope: 'service',
    summary: 'This member no longer owns the partition whose work it wanted to commit.',
    remedy: 'Nothing: the new owner continues from the last commit.',
  },
  'log.access.denied': {
    scope: 'service',
    summary: 'The brokers know this process, but do not allow what it wanted to do; the message names principal, operation and resource.',
    remedy: 'Add the access rule (ACL) that the message names, or let the process come as another principal.',
  },
  'log.authentication.failed': {
    scope: 'service',
    summary:
      'The brokers do not accept the credentials or the certificate of this process, or their certificate is not one that it trusts.',
    remedy: 'Correct what the message names of kafka.tls and kafka.sasl.',
  },
  'log.group.conflict': {
    scope: 'service',
    summary: 'The consumer group has members that share partitions in another way than this one can.',
    remedy: 'Give all members of the group the same protocol and assignor, or this one a group of its own.',
  },
  'archive.unavailable': {
    scope: 'service',
    summary: 'The folder of an archive could not be read or written.',
    remedy:
      'Check the path, its permissions, and the room on the disk. Serving goes on; the archive tries again and misses nothing that the log still has.',
  },
  'archive.conflict': {
    scope: 'service',
    summary: 'The folder of an archive has files of records that the archive has not come to yet.',
    remedy: 'The log or the consumer group was begun anew: give the archive another folder, or move the files away.',
  },
  'api.request.invalid': {
    scope: 'service',
    summary: 'A request has a wrong parameter or body; the message names it.',
    remedy: 'See GET /openapi.json.',
  },
  'api.not-found': {
    scope: 'service',
    summary: 'There is nothing at this path, or no such data type or stream.',
    remedy: 'See GET /openapi.json, GET /processors and GET /models.',
  },
  'api.origin.refused': {
    scope: 'service',
    summary: 'A browser sent the request for a page that is not of this node, or under a name that the node does not go by.',
    remedy: 'Open the page at the address of the node; where it has another name, add that to http.allowedHosts.',
  },
  'api.too-large': {
    scope: 'service',
    summary: 'The request body is larger than the limit.',
    remedy: 'Send less at a time.',
  },
  'api.unreachable': {
    scope: 'service',
    summary: 'The command line found no Sluice at the address.',
    remedy: 'Start one with `sluice serve`, or give its address with --server.',
  },
  'cli.usage': {
    scope: 'service',
    summary: 'The command line was called in a way that it does not understand; the message says which word.',
    remedy: 'See the help of the command: `sluice <command> --help`.',
  },
  'cli.file.unreadable': {
    scope: 'service',
    summary: 'A file that was given to a command could not be read.',
    remedy: 'Check the path and its permissions.',
  },
  'cli.file.malformed': {
    scope: 'service',
    summary: 'A file of records breaks the rules of its format; the message says where.',
    remedy: 'Correct the file there, or say with --as what it is.',
  },
  'cli.file.unwritable': {
    scope: 'service',
    summary: 'A file that a command was to write could not be written.',
    remedy: 'Check the path, its permissions, and the room on the disk.',
  },
  'cli.stop.timeout': {
    scope: 'service',
    summary: 'A node that was asked to end did not, so the process ended without it.',
    remedy: 'Check that the log can be reached. What was not committed is done again after the next start.',
  },
  internal: {
    scope: 'service',
    summary: 'Something that should not happen did.',
    remedy: 'Report it with the message and the log.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
