import type { Json } from '../json.ts'

/** What a PrettyPFA text says, before it is known which names are cells, pools and functions. */
export type Syntax = { readonly line: number } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'number'; readonly value: Json }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Syntax[] }
  | { readonly kind: 'param'; readonly name: string; readonly value: Syntax }
  | { readonly kind: 'list'; readonly items: readonly Syntax[] }
  | { readonly kind: 'object'; readonly params: readonly Syntax[] }
  | FunctionSyntax
  | { readonly kind: 'get'; readonly from: Syntax; readonly path: readonly Syntax[] }
  | {
      readonly kind: 'put'
      readonly target: Syntax
      readonly path: readonly Syntax[]
      readonly value: Syntax
      readonly by: '=' | 'to'
      readonly init?: Syntax
    }
  | { readonly kind: 'symbol'; readonly type: string; readonly symbol: string }
  | AssignSyntax
  | { readonly kind: 'if'; readonly cases: readonly IfCase[]; readonly otherwise?: Syntax }
  | { readonly kind: 'cast'; readonly value: Syntax; readonly cases: readonly CastCase[]; readonly partial: boolean }
  | { readonly kind: 'ifnotnull'; readonly params: readonly Syntax[]; readonly then: Syntax; readonly otherwise?: Syntax }
  | {
      readonly kind: 'unpack'
      readonly value: Syntax
      readonly params: readonly Syntax[]
      readonly then: Syntax
      readonly otherwise?: Syntax
    }
  | { readonly kind: 'while' | 'until'; readonly test: Syntax; readonly body: Syntax }
  | { readonly kind: 'for'; readonly start: AssignSyntax; readonly test: Syntax; readonly step: AssignSyntax; readonly body: Syntax }
  | { readonly kind: 'foreach'; readonly name: string; readonly in: Syntax; readonly body: Syntax; readonly seq: boolean }
  | { readonly kind: 'forkey'; readonly key: string; readonly value: string; readonly in: Syntax; readonly body: Syntax }
  | { readonly kind: 'try'; readonly body: Syntax; readonly filter?: readonly Syntax[] }
  | { readonly kind: 'store'; readonly name: string; readonly args: readonly Syntax[]; readonly init: Syntax }
)

export interface FunctionSyntax {
  readonly kind: 'fcn'
  readonly line: number
  readonly params: readonly Syntax[]
  readonly ret: Syntax
  readonly body: Syntax
}

export interface AssignSyntax {
  readonly kind: 'assign'
  readonly line: number
  readonly pairs: readonly (readonly [string, Syntax])[]
  readonly declares: boolean
}

export interface IfCase {
  readonly test: Syntax
  readonly then: Syntax
}

export interface CastCase {
  readonly param: Syntax
  readonly body: Syntax
}
