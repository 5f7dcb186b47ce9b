export { createJsonCodec, type JsonOptions } from './json/json-codec.ts'
export { createProtobufCodec, type ProtobufOptions } from './protobuf/protobuf-codec.ts'
