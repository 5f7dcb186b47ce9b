import type { DataTypeState } from '../../src/api/contract/state.ts'
import { count } from '../format/numbers.ts'
import { html } from '../html.ts'
import type { VNode } from '../vendor/preact.ts'
import { toneOf, type View } from '../view.ts'

const PARTS = { answer: 'answers', shadow: 'shadow', reference: 'reference' } as const

/** Where several models answer a data type: a lane for each, with its share of the answers, and what became of the rest. */
export function lanes(view: View): VNode | false {
  const states = [...view.state.statistics.values()].filter(({ versions }) => versions.some(({ arm }) => arm !== undefined))
  if (states.length === 0) return false
  return html`<section class="panel lanes" aria-label="Models side by side">
    <h2>Models side by side <small>one answer for each record, chosen by the policy</small></h2>
    ${states.map((state) => lanesOf(view, state))}
  </section>`
}

function lanesOf(view: View, { dataType, versions, policies = [], totals }: DataTypeState): VNode {
  const playing = new Map(
    policies.flatMap(({ arms }) => arms.flatMap(({ model, role }) => (model === null ? [] : [[model, role] as const]))),
  )
  const shown = versions.filter(({ id, arm }) => arm !== undefined && playing.has(id))
  const rules = policies.map(({ policy }) => ruleOf(policy?.['answer']))
  const warnings = [...new Set(policies.flatMap((policy) => policy.warnings ?? []))]
  return html`${warnings.map((warning) => html`<p class="quiet" role="status">⚠ ${warning}</p>`)}<table class="lane-table" data-type=${dataType}>
    <caption>${dataType} <span class="quiet">${[...new Set(rules)].join(', ')}</span></caption>
    <thead><tr><th>model</th><th>share of answers</th><th class="number">late</th><th class="number">not begun</th><th class="number">failed</th><th class="number">agrees</th></tr></thead>
    <tbody>
      ${shown.map(({ id, usage, arm }) => {
        const { late, cancelled, failed, compared, agreed } = arm!
        const share = totals.scored === 0 ? 0 : usage / totals.scored
        const role = playing.get(id)!
        return html`<tr key=${id} data-arm=${id} class=${toneOf(view, dataType, id)}>
          <th scope="row"><span class="chip">${id}</span></th>
          <td>${role === 'answer' ? html`<meter min="0" max="1" value=${share}></meter> <b>${percent(share)}</b>` : html`<span class="quiet">${PARTS[role]}</span>`}</td>
          <td class="number">${count(late)}</td>
          <td class="number">${count(cancelled)}</td>
          <td class="number">${count(failed)}</td>
          <td class="number">${compared === 0 ? '–' : percent(agreed / compared)}</td>
        </tr>`
      })}
    </tbody>
  </table>`
}

/** A part of one, in hundredths. */
export function percent(part: number): string {
  return `${(part * 100).toFixed(part > 0 && part < 0.1 ? 1 : 0)} %`
}

/** The word for a rule: `consensus`. */
function ruleOf(answer: unknown): string {
  return typeof answer === 'object' && answer !== null ? (Object.keys(answer)[0] ?? '') : 'primary'
}
