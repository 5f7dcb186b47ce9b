import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { type DataTypePolicies, dataTypePolicies } from '../../api/contract/index.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { safeText } from '../human.ts'
import { type Answer, urlPath } from '../node-client.ts'

export function addPolicy(program: Command, attach: Attach): void {
  const policy = program.command('policy')
  describe(policy, {
    asksNode: true,
    summary: 'See and change how the answer is chosen among several models.',
    paragraph:
      'A change is a record of the control topic: all nodes follow it at the next batch. docs/policies.md says what policies there are.',
    examples: [
      { what: 'What answers wines', line: 'sluice policy show wine' },
      { what: 'Five percent of the records to a new model', line: 'sluice policy set wine canary.yaml' },
    ],
  })
  const show = policy.command('show').argument('<dataType>', 'the data type')
  describe(show, {
    asksNode: true,
    summary: 'The policy of a data type, and the models that play its arms.',
    examples: [{ what: 'What answers wines', line: 'sluice policy show wine' }],
  })
  attach(show, async (context, [dataType]) =>
    showPolicies(context, await context.client.get(urlPath(['policies', dataType!]), dataTypePolicies)),
  )

  const set = policy
    .command('set')
    .argument('<dataType>', 'the data type')
    .argument('<policy>', 'the policy in YAML or JSON, or the path of a file that has it; none for that of the configuration')
    .option('--stream <name>', 'of this stream only')
  describe(set, {
    asksNode: true,
    summary: 'Set the policy of a data type.',
    paragraph: 'It is refused with what would be right where it can not answer, or names a model that there is not.',
    examples: [
      { what: 'What most of three models say', line: "sluice policy set wine '{ answer: { consensus: { of: [a, b, c] } } }'" },
      { what: 'Back to the configuration', line: 'sluice policy set wine none' },
    ],
  })
  attach(set, async (context, [dataType, given]) => {
    const { stream } = set.opts<{ stream?: string }>()
    const body = { policy: await readPolicyText(context, given!), ...(stream !== undefined && { stream }) }
    const request = { type: 'application/json', bytes: JSON.stringify(body) }
    await showPolicies(context, await context.client.put(urlPath(['policies', dataType!]), dataTypePolicies, request))
  })

  const alias = policy.command('alias').argument('<dataType>', 'the data type').argument('<alias>', 'a name such as champion').argument('<model>', 'a model, or name@version') // prettier-ignore
  describe(alias, {
    asksNode: true,
    summary: 'Have an alias stand for another model.',
    examples: [{ what: 'Promote the challenger', line: 'sluice policy alias wine champion forest@3' }],
  })
  attach(alias, async (context, [dataType, name, model]) => {
    const request = { type: 'application/json', bytes: JSON.stringify({ model }) }
    await showPolicies(context, await context.client.put(urlPath(['policies', dataType!, 'aliases', name!]), dataTypePolicies, request))
  })
}

/** What is in braces is the policy itself. */
async function readPolicyText({ io }: Context, given: string): Promise<unknown> {
  if (given === 'none') return null
  let text = given
  if (!given.trimStart().startsWith('{')) {
    try {
      text = await readFile(resolve(io.cwd, given), 'utf8')
    } catch (cause) {
      throw new SluiceError('cli.file.unreadable', `the policy ${given} can't be read: ${(cause as Error).message}`, { cause })
    }
  }
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'error' }) as unknown
  } catch (cause) {
    throw new SluiceError('cli.file.malformed', `the policy is no YAML: ${(cause as Error).message}`, { cause })
  }
}

async function showPolicies({ json, print, printJson, style }: Context, { value, json: raw }: Answer<DataTypePolicies>): Promise<void> {
  if (json) return printJson(raw)
  const { dataType, policies, aliases } = value
  if (policies.length === 0) await print(`${style.strong(safeText(dataType))} has no policy: the model that was published last answers`)
  for (const { stream, policy, epoch, arms } of policies) {
    await print(`${style.strong(safeText(dataType))} in stream ${safeText(stream)}, policy ${epoch}: ${safeText(JSON.stringify(policy))}`)
    for (const { arm, role, model } of arms)
      await print(`  ${role.padEnd(9)} ${safeText(arm)} ${model === null ? style.warn('no model yet') : style.good(safeText(model))}`)
  }
  for (const [name, model] of Object.entries(aliases)) await print(`  ${style.dim('alias')}     ${safeText(name)} = ${safeText(model)}`)
}
