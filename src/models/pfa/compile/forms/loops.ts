import { Block } from '../block.ts'
import { NULL_OPERAND } from '../constant-pool.ts'
import { STRING } from '../../types/type.ts'
import type { Site } from '../site.ts'
import type { Form, FormTable } from './form.ts'
import { assigned } from './literals.ts'

/** Counts a turn of a loop or a call, and looks at the clock now and then. */
export const TICK = 'if (++$ticks > 500) $tick();'

function loopBody(json: Parameters<Form>[0], key: string, site: Site): Block {
  const inner = site.at(key).with({ block: new Block() })
  inner.run(inner.body(json.get(key)))
  return inner.block
}

const whileLoop: Form = (json, site) => {
  const inner = site.with({ scope: site.scope.inner(), block: new Block() })
  const test = inner.condition(inner.argument(json, 'while'), '"while"')
  const body = loopBody(json, 'do', inner)
  site.block.add(`for (;;) {\n${TICK}\n${inner.block.toString()}\nif (!${test.code}) break;\n${body.toString()}\n}`)
  return NULL_OPERAND
}

const untilLoop: Form = (json, site) => {
  const inner = site.with({ scope: site.scope.inner(), block: new Block() })
  const body = loopBody(json, 'do', inner)
  const testing = inner.with({ block: new Block() })
  const test = testing.condition(testing.argument(json, 'until'), '"until"')
  site.block.add(`for (;;) {\n${TICK}\n${body.toString()}\n${testing.block.toString()}\nif (${test.code}) break;\n}`)
  return NULL_OPERAND
}

const forLoop: Form = (json, site) => {
  const inner = site.with({ scope: site.scope.inner(), block: new Block() })
  const initial = inner.object(json, 'for').map(([name, part]) => {
    const here = inner.at('for').at(name, part)
    if (inner.scope.has(name)) here.refuse(`the symbol '${name}' may not be declared again or shadowed`)
    return { name, here, value: inner.kept(here.with({ scope: inner.scope.argument() }).expression(part)) }
  })
  if (initial.length === 0) site.at('for').refuse('at least one symbol is wanted')
  for (const { name, here, value } of initial) inner.block.add(`let ${here.declare(name, value.type)} = ${value.code};`)
  const testing = inner.with({ block: new Block() })
  const test = testing.condition(testing.argument(json, 'while'), '"while"')
  const stepping = inner.with({ block: new Block() })
  const steps = inner.object(json, 'step').map(([name, part]) => {
    const step = assigned(name, part, stepping.at('step').at(name, part))
    return { code: step.code, value: stepping.kept(step.value) }
  })
  if (steps.length === 0) site.at('step').refuse('at least one symbol is wanted')
  const body = loopBody(json, 'do', inner.with({ scope: inner.scope.inner() }))
  for (const { code, value } of steps) stepping.block.add(`${code} = ${value.code};`)
  const turn = [TICK, testing.block, `if (!${test.code}) break;`, body, stepping.block]
  site.block.add(`{\n${inner.block.toString()}\nfor (;;) {\n${turn.join('\n')}\n}\n}`)
  return NULL_OPERAND
}

const foreach: Form = (json, site) => {
  const inner = site.with({ scope: site.scope.inner(!site.flag(json, 'seq', true)), block: new Block() })
  const array = site.argument(json, 'in')
  if (array.type.kind !== 'array') return site.at('in').refuse(`an array is wanted, not ${array.type.key}`)
  const item = inner.at('foreach').declare(inner.text(json, 'foreach'), array.type.items)
  const body = loopBody(json, 'do', inner.with({ scope: inner.scope.inner() }))
  site.block.add(`for (let ${item} of ${array.code}) {\n${TICK}\n${body.toString()}\n}`)
  return NULL_OPERAND
}

const forkeyval: Form = (json, site) => {
  const inner = site.with({ scope: site.scope.inner(), block: new Block() })
  const map = site.argument(json, 'in')
  if (map.type.kind !== 'map') return site.at('in').refuse(`a map is wanted, not ${map.type.key}`)
  const key = inner.at('forkey').declare(inner.text(json, 'forkey'), STRING)
  const value = inner.at('forval').declare(inner.text(json, 'forval'), map.type.values)
  const body = loopBody(json, 'do', inner.with({ scope: inner.scope.inner() }))
  site.block.add(`for (let [${key}, ${value}] of ${map.code}) {\n${TICK}\n${body.toString()}\n}`)
  return NULL_OPERAND
}

/** PFA 0.8.1, special forms: loops. */
export const LOOP_FORMS: FormTable = {
  'do,while': whileLoop,
  'do,until': untilLoop,
  'do,for,step,while': forLoop,
  'do,foreach,in': foreach,
  'do,foreach,in,seq': foreach,
  'do,forkey,forval,in': forkeyval,
}
