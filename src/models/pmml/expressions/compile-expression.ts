import { SluiceError } from '../../../core/errors.ts'
import { cast, literalCell, comparedLiteral } from '../assembly/convert.ts'
import { constantOperand, type Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { type DataType, familyOf } from '../values/data-type.ts'
import { parseReal } from '../values/literal.ts'
import { compileTextIndex } from '../text-index/compile-text-index.ts'
import { compileApply } from './compile-apply.ts'
import { compileDiscretize } from './compile-discretize.ts'
import { compileLag } from './compile-lag.ts'
import { compileMapValues } from './compile-map-values.ts'
import { compileNormContinuous } from './compile-norm-continuous.ts'
import type { Constant, Expression, FieldRef, NormDiscrete } from './expression.ts'

type Compilers = { readonly [K in Expression['kind']]: (expression: Extract<Expression, { kind: K }>, scope: Scope) => Operand }

const COMPILERS: Compilers = {
  Constant: compileConstant,
  FieldRef: compileFieldRef,
  NormContinuous: compileNormContinuous,
  NormDiscrete: compileNormDiscrete,
  Discretize: compileDiscretize,
  MapValues: compileMapValues,
  Apply: compileApply,
  TextIndex: compileTextIndex,
  Lag: compileLag,
}

/** The operand that an expression stands for, where its fields are those of the scope. */
export function compileExpression(expression: Expression, scope: Scope): Operand {
  scope.assembly.countExpression()
  const compile = COMPILERS[expression.kind] as (expression: Expression, scope: Scope) => Operand
  return compile(expression, scope)
}

/** The type of a constant that does not declare one: the narrowest that its text is of (PMML 4.4.1, Transformations, Constant). */
function inferredType(text: string): DataType {
  const value = parseReal(text)
  if (Number.isNaN(value)) return 'string'
  return /^[+-]?\d+$/.test(text.trim()) ? 'integer' : 'double'
}

function compileConstant(constant: Constant, scope: Scope): Operand {
  const type = constant.dataType ?? inferredType(constant.text)
  if (constant.missing) return constantOperand(type, NaN)
  const value = literalCell(constant.text, type, scope.assembly)
  if (Number.isNaN(value) && constant.text.trim() !== 'NaN') {
    throw new SluiceError('model.malformed', `the constant ${JSON.stringify(constant.text)} is not of its declared type ${type}`)
  }
  return constantOperand(type, value, constant.text)
}

function compileFieldRef(reference: FieldRef, scope: Scope): Operand {
  const field = scope.require(reference.field)
  if (reference.mapMissingTo === undefined) return field
  return orElse(field, literalCell(reference.mapMissingTo, field.type, scope.assembly))
}

function compileNormDiscrete(norm: NormDiscrete, scope: Scope): Operand {
  const field = scope.require(norm.field)
  const wanted = comparedLiteral(field, norm.value, scope.assembly)
  const missing = norm.mapMissingTo ?? NaN
  const { run } = field
  return {
    type: 'double',
    run: (cells, at) => {
      const value = run(cells, at)
      return Number.isNaN(value) ? missing : value === wanted ? 1 : 0
    },
  }
}

/** The operand with a value in place of a missing one. */
export function orElse(operand: Operand, replacement: number): Operand {
  const { run, type, source } = operand
  return {
    type,
    ...(source !== undefined && { source }),
    run: (cells, at) => {
      const value = run(cells, at)
      return Number.isNaN(value) ? replacement : value
    },
  }
}

/** The operand as a number of its own kind; a text is read as a number. */
export function numeric(operand: Operand, scope: Scope): Operand {
  return familyOf(operand.type) === 'text' ? cast(operand, 'double', scope.assembly) : operand
}
