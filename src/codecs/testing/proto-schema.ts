import { create, toBinary } from '@bufbuild/protobuf'
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  Edition,
  EnumDescriptorProtoSchema,
  FeatureSet_FieldPresence,
  FeatureSet_MessageEncoding,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'

export type Syntax = 'proto2' | 'proto3' | 'editions'

/** For tests: a field as a schema language would have it, `name: type`. */
export interface FieldSpec {
  readonly name: string
  readonly number: number
  /** A scalar type, `enum`, or the name of a message of the same file. */
  readonly type: string
  readonly repeated?: boolean
  /** `optional` in proto3; explicit presence in editions. Proto2 has it anyway. */
  readonly optional?: boolean
  readonly oneof?: string
  /** A group, or a delimited message of editions. */
  readonly delimited?: boolean
}

export type Schema = Readonly<Record<string, readonly FieldSpec[]>>

export const SCALARS = [
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  'bytes',
  'uint32',
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
] as const

/** For tests: the values of the enum `Kind`, which every schema has. `SAME` is another name of 1. */
export const KINDS = { NONE: 0, ONE: 1, SAME: 1, FAR: 300, BELOW: -5 } as const

/** For tests: a serialised FileDescriptorSet of these messages, in package `t`. */
export function descriptorSetOf(schema: Schema, syntax: Syntax): Uint8Array {
  const file = create(FileDescriptorProtoSchema, {
    name: 't.proto',
    package: 't',
    syntax,
    ...(syntax === 'editions' && { edition: Edition.EDITION_2023 }),
    messageType: Object.entries(schema).map(([name, fields]) => messageOf(name, fields, syntax)),
    enumType: [
      create(EnumDescriptorProtoSchema, {
        name: 'Kind',
        value: Object.entries(KINDS).map(([name, number]) => ({ name, number })),
        options: { allowAlias: true },
      }),
    ],
  })
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [file] }))
}

function messageOf(name: string, fields: readonly FieldSpec[], syntax: Syntax): DescriptorProto {
  const oneofs = [...new Set(fields.flatMap(({ oneof }) => oneof ?? []))]
  const synthetic = syntax === 'proto3' ? fields.filter(({ optional }) => optional) : []
  return create(DescriptorProtoSchema, {
    name,
    field: fields.map((field) => {
      const place = field.oneof === undefined ? synthetic.indexOf(field) + oneofs.length : oneofs.indexOf(field.oneof)
      return fieldOf(field, syntax, field.oneof === undefined && !synthetic.includes(field) ? undefined : place)
    }),
    oneofDecl: [...oneofs, ...synthetic.map((field) => `_${field.name}`)].map((one) => ({ name: one })),
  })
}

function fieldOf(field: FieldSpec, syntax: Syntax, oneofIndex: number | undefined): FieldDescriptorProto {
  const isScalar = (SCALARS as readonly string[]).includes(field.type)
  const isEnum = field.type === 'enum'
  return create(FieldDescriptorProtoSchema, {
    name: field.name,
    jsonName: field.name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    number: field.number,
    label: field.repeated ? Label.REPEATED : Label.OPTIONAL,
    type: isScalar
      ? Type[field.type.toUpperCase() as keyof typeof Type]
      : isEnum
        ? Type.ENUM
        : field.delimited && syntax === 'proto2'
          ? Type.GROUP
          : Type.MESSAGE,
    ...(!isScalar && { typeName: isEnum ? '.t.Kind' : `.t.${field.type}` }),
    ...(oneofIndex !== undefined && { oneofIndex }),
    ...(syntax === 'proto3' && field.optional && { proto3Optional: true }),
    ...(syntax === 'editions' && {
      options: {
        features: {
          ...((isScalar || isEnum) &&
            !field.repeated &&
            field.oneof === undefined && {
              fieldPresence: field.optional ? FeatureSet_FieldPresence.EXPLICIT : FeatureSet_FieldPresence.IMPLICIT,
            }),
          ...(field.delimited && { messageEncoding: FeatureSet_MessageEncoding.DELIMITED }),
        },
      },
    }),
  })
}
