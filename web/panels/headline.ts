import { bytes, count, duration, rate, share } from '../format/numbers.ts'
import { clock, span } from '../format/times.ts'
import { html } from '../html.ts'
import type { Connection } from '../live/connection.ts'
import type { VNode } from '../vendor/preact.ts'
import type { View } from '../view.ts'

const GUARANTEES = { 'exactly-once': 'each record answered exactly once', 'at-least-once': 'each record answered at least once' } as const

/** The top of the page: whose page it is, and whether the node can be heard. */
export function masthead(connection: Connection, view: View | undefined, here: number): VNode {
  const phase = { connecting: 'connecting …', live: 'live', lost: `connection lost ${span(here - connection.since)} ago, trying again` }[
    connection.phase
  ]
  const node = view?.live.node
  return html`<header class="masthead">
    <a class="brand" href="/"><img src="/logo.svg" alt="" width="34" height="34" /><span>Sluice</span></a>
    ${
      node !== undefined &&
      html`<ul class="node">
        <li title=${GUARANTEES[node.guarantee]}>${node.log} log, ${node.guarantee}</li>
        <li>up ${span(view!.now - node.startedAt)}</li>
        <li title="99 % of turns of the event loop are delayed by no more than this">loop ${duration(node.loopDelayMs)}</li>
        <li>${bytes(node.rssBytes)}</li>
        <li>v${node.version}</li>
      </ul>`
    }
    <p class="connection is-${connection.phase}" role="status"><span class="lamp"></span>${phase}</p>
  </header>`
}

/** The few words and numbers that answer: does it flow, who answers, since when, how fast, what was refused. */
export function headline(view: View): VNode {
  const { live } = view
  // Where there are streams too, a server answers what they answered already.
  const servers = live.streams.length === 0 ? (live.rendezvous ?? []) : []
  const flow = [...live.streams, ...servers].reduce((sum, one) => sum + one.rate, 0)
  const backlog = live.streams.reduce((sum, stream) => sum + stream.backlog, 0) + servers.reduce((sum, server) => sum + server.open, 0)
  const rejected = live.streams.reduce((sum, stream) => sum + stream.rejected, 0)
  const scored = live.streams.reduce((sum, stream) => sum + stream.scored, 0)
  const p99 = worst([...live.streams.map((stream) => stream.latency.p99), ...servers.map((server) => server.elapsed.p99)])
  const perRecord = worst(live.streams.map((stream) => stream.scoringNs))
  const held = live.streams.find((stream) => stream.held !== null)
  const word = view.lost ? 'Not heard from' : held !== undefined ? 'Held' : flow > 0 ? 'Flowing' : 'Still'
  return html`<section class="headline ${view.lost ? 'is-lost' : ''} ${held === undefined ? '' : 'is-held'}" aria-label="Overview">
    <div class="says">
      <h1>${word}</h1>
      <p>${sentence(view)}</p>
    </div>
    <dl class="figures">
      <div class="main">
        <dt>records / s</dt>
        <dd data-figure="rate">${rate(flow)}</dd>
      </div>
      <div>
        <dt>p99 latency</dt>
        <dd>${duration(p99)}</dd>
      </div>
      <div>
        <dt>scoring / record</dt>
        <dd>${duration(perRecord === null ? null : perRecord / 1e6)}</dd>
      </div>
      <div>
        <dt>waiting</dt>
        <dd>${count(backlog)}</dd>
      </div>
      <div class=${rejected > 0 ? 'is-refused' : ''}>
        <dt>rejected</dt>
        <dd title=${`${count(rejected)} records`}>${share(rejected, rejected + scored)}</dd>
      </div>
    </dl>
  </section>`
}

const NAMED = 3

function sentence({ live, now, lost }: View): string {
  if (lost) return 'This is the picture as it was last. It comes back to life by itself when the node answers again.'
  const waiting = live.streams.filter((stream) => stream.held !== null).map((stream) => stream.held)
  if (waiting.length > 0) return `Records of ${waiting.join(', ')} wait for a model.`
  const serving = live.models.flatMap(({ dataType, versions, serving: id }) => {
    const since = versions.find((version) => version.id === id)?.servingSince
    return id === null ? [] : [`${dataType} by ${id}${since == null ? '' : ` since ${clock(now, since)}`}`]
  })
  if (live.streams.length === 0 && live.rendezvous !== undefined)
    return `Answered from what models say: ${live.rendezvous.map(({ input }) => input).join(', ')}.`
  if (serving.length === 0) return 'No model serves yet.'
  const rest = serving.length - NAMED
  return `Answered: ${serving.slice(0, NAMED).join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`
}

function worst(values: readonly (number | null)[]): number | null {
  return values.reduce((high, value) => (value === null ? high : Math.max(high ?? value, value)), null)
}
