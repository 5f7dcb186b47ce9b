import { ERRORS } from '../../src/core/error-table.ts'

const SCOPES = {
  record: 'The record is rejected: it goes to the dead-letter topic with the code, and the stream goes on.',
  model: 'The model is refused, and the version before it keeps serving.',
  service: 'The request fails, or the process tries again or stops.',
} as const

/** docs/errors.md, from the error table. */
export function errorsPage(): string {
  const sections = (Object.keys(SCOPES) as (keyof typeof SCOPES)[]).map((scope) => {
    const rows = Object.entries(ERRORS)
      .filter(([, entry]) => entry.scope === scope)
      .map(([code, { summary, remedy }]) => `| \`${code}\` | ${summary} | ${remedy} |`)
    return [`## Scope \`${scope}\``, '', SCOPES[scope], '', '| code | what happened | what to do |', '|---|---|---|', ...rows].join('\n')
  })
  return [
    '# Errors',
    '',
    'Every error of Sluice has a code. Its scope says what the system does about it; its message names the thing, its value, and what',
    'would be right. The same codes stand in dead letters (header `sluice_error`), in answers of the API, on the events topic, in',
    '`sluice_records_rejected_total`, and in what the command line prints; `sluice errors <code>` explains one.',
    '',
    'This page is made from `src/core/error-table.ts` by `npm run docs`.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n')
}
