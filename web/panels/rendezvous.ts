import type { RendezvousLive, RendezvousStatistics } from '../../src/api/contract/rendezvous.ts'
import { count, duration, rate } from '../format/numbers.ts'
import { html } from '../html.ts'
import type { VNode } from '../vendor/preact.ts'
import type { View } from '../view.ts'
import { percent } from './lanes.ts'

/** The rendezvous servers of the node: what waits, how long answers took, and a lane for each model. */
export function rendezvous(view: View): VNode | false {
  const servers = view.live.rendezvous ?? []
  if (servers.length === 0) return false
  return html`<section class="panel lanes" aria-label="Rendezvous">
    <h2>Rendezvous <small>one answer for each input, from models that are streams of their own</small></h2>
    ${servers.map(serverOf)}
  </section>`
}

function serverOf({ name, input, results, open, rate: answers, elapsed, dataTypes }: RendezvousLive): VNode {
  const sum = (of: (one: RendezvousStatistics) => number): number => dataTypes.reduce((all, one) => all + of(one), 0)
  const answered = sum((one) => one.answered)
  const timedOut = sum((one) => one.timedOut)
  const figures = [
    ['answers / s', rate(answers)],
    ['p99, last seconds', duration(elapsed.p99)],
    ['waiting', count(open)],
    ['answered', count(answered)],
    ['at the deadline', answered === 0 ? '–' : percent(timedOut / answered)],
    ['late scores', count(sum((one) => one.late))],
  ]
  return html`<div class="rendezvous" data-rendezvous=${name}>
    <h3>${name} <span class="quiet">${input} to ${results}</span></h3>
    <dl class="tallies">
      ${figures.map(([word, figure]) => html`<div><dt>${word}</dt><dd>${figure}</dd></div>`)}
    </dl>
    ${dataTypes.map(lanesOf)}
  </div>`
}

function lanesOf({ dataType, models, elapsed }: RendezvousStatistics): VNode | false {
  if (models.length === 0) return false
  return html`<table class="lane-table" data-type=${dataType}>
    <caption>${dataType} <span class="quiet">p99 ${duration(elapsed.p99)} since the start</span></caption>
    <thead><tr><th>model</th><th>share of answers</th><th class="number">in time</th><th class="number">late</th><th class="number">failed</th></tr></thead>
    <tbody>
      ${models.map(
        ({ model, share, scored, late, failed }) => html`<tr key=${model} data-model=${model}>
          <th scope="row">${model}</th>
          <td><meter min="0" max="1" value=${share}></meter> <b>${percent(share)}</b></td>
          <td class="number">${count(scored)}</td>
          <td class="number">${count(late)}</td>
          <td class="number">${count(failed)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`
}
