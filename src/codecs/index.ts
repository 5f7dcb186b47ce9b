export { createAvroCodec } from './avro/avro-codec.ts'
export {
  createConfluentAvroCodec,
  createConfluentJsonCodec,
  createConfluentProtobufCodec,
  type RegistryUse,
} from './confluent/confluent-codec.ts'
export { createJsonCodec } from './json/json-codec.ts'
export { createProtobufCodec } from './protobuf/protobuf-codec.ts'
