import type { ScoredRecord } from '../../src/api/contract/live.ts'
import { duration } from '../format/numbers.ts'
import { ago } from '../format/times.ts'
import { html } from '../html.ts'
import { Component, type VNode } from '../vendor/preact.ts'
import { toneOf, type View } from '../view.ts'
import { keyFields, scoreText } from './record-fields.ts'

interface Props {
  readonly view: View
}

const ROWS = 10
const FIELDS = 6
/** Twice a second is faster than a person reads. */
const TURN_MS = 2000

/** A sample of scored records. It changes every two seconds, and holds still while a person points at it or is in it. */
export class Scores extends Component<Props, { readonly reading: boolean }> {
  override state = { reading: false }
  #shown: readonly ScoredRecord[] = []
  #shownAt = Number.NEGATIVE_INFINITY
  /** Models whose scores have left 0..1: theirs are not probabilities. */
  readonly #unbounded = new Set<string>()

  readonly #read = (): void => this.setState({ reading: true })
  readonly #leave = (): void => this.setState({ reading: false })

  override render({ view }: Props): VNode {
    const { live, now } = view
    for (const { model, score } of live.scores) if (typeof score === 'number' && (score < 0 || score > 1)) this.#unbounded.add(model)
    if (!this.state.reading && Math.abs(live.at - this.#shownAt) >= TURN_MS) {
      this.#shown = live.scores.slice(0, ROWS)
      this.#shownAt = live.at
    }
    return html`<section
      class="panel scores"
      aria-label="Scored records"
      onMouseEnter=${this.#read}
      onMouseLeave=${this.#leave}
      onFocusIn=${this.#read}
      onFocusOut=${this.#leave}
    >
      <h2>Scored records <small>${this.state.reading ? 'held still while you read' : 'a sample of what goes by'}</small></h2>
      ${
        this.#shown.length === 0
          ? html`<p class="nothing">None yet.</p>`
          : html`<table>
              <thead>
                <tr>
                  <th>record</th>
                  <th>score</th>
                  <th>model</th>
                  <th class="number">latency</th>
                  <th class="number">ago</th>
                </tr>
              </thead>
              <tbody>
                ${this.#shown.map((record) => this.#row(record, now))}
              </tbody>
            </table>`
      }
    </section>`
  }

  #row(record: ScoredRecord, now: number): VNode {
    const { view } = this.props
    const fields = keyFields(record.record, FIELDS)
    return html`<tr class=${toneOf(view, record.dataType, record.model)}>
      <td
        class="fields"
        title=${`${record.topic}-${record.partition} at offset ${record.offset}${record.key === null ? '' : `, key ${record.key}`}`}
      >
        ${fields.map(({ name, value }) => html`<span><i>${name}</i> ${value}</span>`)}
        ${fields.length === 0 && html`<span class="mono">${record.key ?? `${record.topic}-${record.partition} ${record.offset}`}</span>`}
      </td>
      <td class="score">${this.#score(record)}</td>
      <td class="model"><span class="chip">${record.model}</span></td>
      <td class="number">${duration(record.latencyMs)}</td>
      <td class="number quiet">${ago(now, record.at)}</td>
    </tr>`
  }

  #score({ model, score, outputs }: ScoredRecord): VNode {
    const probability = typeof score === 'number' ? score : likelihood(score, outputs)
    const bar = probability !== undefined && probability >= 0 && probability <= 1 && !this.#unbounded.has(model)
    return html`<span class="score-line">${bar && likelihoodBar(probability)}<b>${scoreText(score)}</b></span>`
  }
}

/** How sure a model is of the label that it answers, where one of its outputs says so. */
function likelihood(label: string | null, outputs: ScoredRecord['outputs']): number | undefined {
  if (label === null) return undefined
  const found = outputs[`probability(${label})`] ?? outputs[`probability_${label}`] ?? outputs[label]
  return typeof found === 'number' ? found : undefined
}

function likelihoodBar(probability: number): VNode {
  return html`<svg class="bar" role="meter" aria-label="probability" aria-valuemin="0" aria-valuemax="1" aria-valuenow=${probability}>
    <rect width=${`${probability * 100}%`} height="100%" rx="4" />
  </svg>`
}
