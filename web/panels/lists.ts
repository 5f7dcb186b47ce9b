import { count } from '../format/numbers.ts'
import { ago, clock } from '../format/times.ts'
import { html } from '../html.ts'
import { groupSwaps } from '../live/swap-groups.ts'
import type { VNode } from '../vendor/preact.ts'
import { toneOf, type View } from '../view.ts'

const SHOWN = 8
const PARTITIONS_SHOWN = 6

/** What was rejected lately, with its code and its reason, and how often each code came. */
export function rejections(view: View): VNode {
  const { rejections: rejected } = view.live
  const codes = new Map<string, number>()
  for (const { totals } of view.state.statistics.values()) {
    for (const code in totals.rejections) codes.set(code, (codes.get(code) ?? 0) + totals.rejections[code]!)
  }
  const counted = [...codes].toSorted(([, a], [, b]) => b - a)
  return html`<section class="panel rejections" aria-label="Rejected records">
    <h2>Rejected records <small>they wait in the dead letters, with this reason</small></h2>
    ${
      counted.length > 0 &&
      html`<ul class="codes">
        ${counted.map(([code, times]) => html`<li><code>${code}</code> <b>${count(times)}</b></li>`)}
      </ul>`
    }
    ${rejected.length === 0 && html`<p class="nothing">None. Every record so far got its score.</p>`}
    <ol class="list">
      ${rejected.slice(0, SHOWN - 1).map(
        (record) =>
          html`<li>
            <p>
              <code>${record.code}</code> <span class="quiet">${record.dataType ?? 'unknown data type'}</span>
              <time>${ago(view.now, record.at)}</time>
            </p>
            <p class="message">${record.message}</p>
            <p class="small mono">${record.topic}-${record.partition} at ${record.offset}${record.key !== null && `, key ${record.key}`}</p>
          </li>`,
      )}
    </ol>
  </section>`
}

/** Who took over from whom, and from which record on. */
export function swaps(view: View): VNode {
  const groups = groupSwaps(view.live.swaps)
  return html`<section class="panel swaps" aria-label="Swaps">
    <h2>Swaps <small>the first record that each version answered</small></h2>
    ${groups.length === 0 && html`<p class="nothing">No model has taken over yet.</p>`}
    <ol class="list">
      ${groups.slice(0, SHOWN).map((group) => {
        const shown = group.partitions.slice(0, PARTITIONS_SHOWN)
        const rest = group.partitions.length - shown.length
        return html`<li class=${toneOf(view, group.dataType, group.id)}>
          <p>
            <span class="chip">${group.id}</span>${group.previous !== null && former(view, group.dataType, group.previous)}
            <span class="quiet">${group.dataType}</span>
            <time>${clock(view.now, group.at)}</time>
          </p>
          <ul class="offsets">
            ${shown.map(({ topic, partition, fromOffset }) => html`<li><span>${topic}-${partition}</span> from <b>${fromOffset}</b></li>`)}
            ${rest > 0 && html`<li>and ${rest} more partitions</li>`}
          </ul>
        </li>`
      })}
    </ol>
  </section>`
}

function former(view: View, dataType: string, id: string): VNode {
  return html`<span class="quiet"> took over from <span class="chip ${toneOf(view, dataType, id)}">${id}</span></span>`
}

const EVENT_TONES: Readonly<Record<string, string>> = {
  'model-refused': 'is-refused',
  hold: 'is-held',
  rollback: 'is-marked',
  'model-serving': 'is-marked',
}

/** What the node did, newest first. */
export function events(view: View): VNode {
  const { events: all } = view.live
  return html`<section class="panel events" aria-label="Events">
    <h2>Events</h2>
    ${all.length === 0 && html`<p class="nothing">Nothing has happened yet.</p>`}
    <ol class="list">
      ${all.slice(0, SHOWN * 2).map(
        (event) =>
          html`<li class=${EVENT_TONES[event.kind] ?? ''}>
            <p>
              <span class="kind">${event.kind.replaceAll('-', ' ')}</span> ${event.code !== null && html`<code>${event.code}</code>`}
              <time>${clock(view.now, event.at)}</time>
            </p>
            <p class="message">${event.message}</p>
          </li>`,
      )}
    </ol>
  </section>`
}
