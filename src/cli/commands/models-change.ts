import type { Command } from 'commander'
import { type ModelCommandResult, modelCommandResult } from '../../api/contract/index.ts'
import { ERRORS, type ErrorCode } from '../../core/error-table.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { safeText } from '../human.ts'
import { type Answer, urlPath } from '../node-client.ts'

/** The commands that change which version serves: rollback and retire. */
export function addChange(models: Command, attach: Attach): void {
  const rollback = models
    .command('rollback')
    .argument('<dataType>', 'the data type')
    .option('--to <name@version>', 'the version to go back to')
  describe(rollback, {
    asksNode: true,
    summary: 'Go back to an earlier version, in one step.',
    paragraph:
      'Without --to it is the version that served before; `sluice models list` shows it. The change is a record on the models topic, so all nodes follow.',
    examples: [
      { what: 'To the version before', line: 'sluice models rollback flight' },
      { what: 'To a certain one', line: 'sluice models rollback flight --to late-arrival@1' },
    ],
  })
  attach(rollback, async (context, [dataType]) => {
    const { to } = rollback.opts<{ to?: string }>()
    const body = { type: 'application/json', bytes: JSON.stringify(to === undefined ? {} : { to }) }
    await showResult(context, await context.client.post(urlPath(['models', dataType!, 'rollback']), modelCommandResult, body))
  })

  const retire = models.command('retire').argument('<dataType>', 'the data type').argument('<name@version>', 'the version')
  describe(retire, {
    asksNode: true,
    summary: 'Take a version out of use.',
    paragraph: 'It never serves again unless it is published again. Where it serves now, the version before it takes over.',
    examples: [{ what: 'Retire the first model of the demo', line: 'sluice models retire flight late-arrival@1' }],
  })
  attach(retire, async (context, [dataType, id]) => {
    const body = { type: 'application/json', bytes: JSON.stringify({ id }) }
    await showResult(context, await context.client.post(urlPath(['models', dataType!, 'retire']), modelCommandResult, body))
  })
}

/** Says what became of a version. Throws the reason where it was refused. */
export async function showResult(
  { json, print, printJson, style }: Context,
  { value, json: raw }: Answer<ModelCommandResult>,
): Promise<void> {
  const { id, dataType, status, reason, offset, warning } = value
  if (json) await printJson(raw)
  if (status === 'refused' || reason !== null) throw refusal(value)
  if (json) return
  const name = style.strong(safeText(id))
  const done: Readonly<Partial<Record<typeof status, string>>> = {
    serving: `${style.good('✓')} ${name} serves ${safeText(dataType)}`,
    retired: `${style.good('✓')} ${name} is retired`,
  }
  await print(done[status] ?? `${style.good('✓')} ${name} is ${status}, offset ${offset} of the models topic`)
  if (warning !== undefined) await print(`${style.warn('!')} ${safeText(warning)}`)
}

function refusal({ id, reason }: ModelCommandResult): SluiceError {
  if (reason === null) return new SluiceError('model.runtime.failed', `${id} was refused, and the node does not say why`)
  const known = Object.hasOwn(ERRORS, reason.code)
  return new SluiceError(known ? (reason.code as ErrorCode) : 'internal', `${id} was refused: ${reason.message}`, {
    details: reason.details,
  })
}
