import type { Command } from 'commander'
import { nearest } from '../../config/index.ts'
import { ERRORS, type ErrorCode } from '../../core/error-table.ts'
import { type ErrorScope, SluiceError } from '../../core/errors.ts'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { tableLines } from '../table.ts'

const CONSEQUENCES: Readonly<Record<ErrorScope, string>> = {
  record:
    'The record is rejected and goes to the dead-letter topic with this code (`sluice records rejected` shows it); the stream goes on.',
  model: 'The model is refused; the version before it keeps serving.',
  service: 'The request fails, or the process retries or stops.',
}

export function addErrors(program: Command, attach: Attach): void {
  const command = program.command('errors').argument('[code]', 'an error code, or the beginning of several')
  describe(command, {
    summary: 'Explain an error code: what happened, what Sluice does, what you do.',
    examples: [
      { what: 'What a rejected record means', line: 'sluice errors record.feature.missing' },
      { what: 'All errors of models', line: 'sluice errors model' },
    ],
  })
  attach(command, async ({ json, print, printJson, style }, [code = '']) => {
    const codes = Object.keys(ERRORS) as ErrorCode[]
    const chosen = codes.filter((candidate) => candidate === code || code === '' || candidate.startsWith(`${code}.`))
    if (chosen.length === 0) {
      const close = nearest(code, codes)
      const advice = close === undefined ? '`sluice errors` lists all' : `did you mean ${close}?`
      throw new SluiceError('cli.usage', `there is no error '${code}'; ${advice}`)
    }
    const rows = chosen.map((name) => Object.assign({ code: name }, ERRORS[name]))
    const [first] = rows
    if (json) return printJson(code !== '' && first?.code === code ? first : rows)
    if (first?.code === code) {
      await print(`${style.strong(code)}  ${style.dim(`(${first.scope})`)}`)
      for (const line of [first.summary, CONSEQUENCES[first.scope], `${style.accent('→')} ${first.remedy}`]) await print(`  ${line}`)
      return
    }
    const lines = tableLines(
      [{ title: 'CODE' }, { title: 'WHAT HAPPENED' }],
      rows.map((row) => [row.code, row.summary]),
      style,
    )
    for (const line of lines) await print(line)
  })
}
