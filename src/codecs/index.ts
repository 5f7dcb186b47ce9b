export { createAvroCodec } from './avro/avro-codec.ts'
export { createJsonCodec } from './json/json-codec.ts'
export { createProtobufCodec } from './protobuf/protobuf-codec.ts'
