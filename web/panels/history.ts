import type { ModelVersion } from '../../src/api/contract/models.ts'
import { bytes, count, duration, share } from '../format/numbers.ts'
import { ago, clock } from '../format/times.ts'
import { html } from '../html.ts'
import type { VNode } from '../vendor/preact.ts'
import { type LiveModels, toneOf, type View } from '../view.ts'
import { RollbackButton } from './rollback-button.ts'

const STATUS = {
  published: 'published',
  loading: 'loading …',
  ready: 'ready to serve',
  serving: 'serves now',
  refused: 'refused',
  retired: 'retired',
} as const satisfies Record<ModelVersion['status'], string>

/** The versions of the data type in focus, newest first: what became of each, and the way back. */
export function history(view: View): VNode {
  const { models } = view.live
  const focus = models.find(({ dataType }) => dataType === view.state.focus)
  return html`<section class="panel history" aria-label="History of models">
    <h2>Models <small>newest first; one that fails a step never serves</small></h2>
    ${models.length > 1 && tabs(view)}
    ${
      focus === undefined
        ? html`<p class="nothing">No model was published yet.</p>`
        : html`<ol class="timeline">
            ${focus.versions.map((version) => item(view, focus, version))}
          </ol>`
    }
  </section>`
}

function tabs({ live, state, choose }: View): VNode {
  return html`<div class="tabs" role="group" aria-label="Data types">
    ${live.models.map(
      ({ dataType }) =>
        html`<button type="button" aria-pressed=${dataType === state.focus} onClick=${() => choose(dataType)}>${dataType}</button>`,
    )}
  </div>`
}

function item(view: View, model: LiveModels, version: ModelVersion): VNode {
  const { dataType } = model
  const used = model.usage[version.id] ?? 0
  const all = Object.values(model.usage).reduce((sum, usage) => sum + usage, 0)
  const canServe = version.status === 'ready'
  return html`<li key=${version.id} class="version is-${version.status} ${toneOf(view, dataType, version.id)}" data-version=${version.id}>
    <div class="version-head">
      <h3>${version.name}<i>@</i><b>${version.version}</b></h3>
      <span class="status">${STATUS[version.status]}</span>
      <time title=${new Date(version.publishedAt).toLocaleString()}
        >published ${clock(view.now, version.publishedAt)}, ${ago(view.now, version.publishedAt)} ago</time
      >
    </div>
    ${version.description !== '' && html`<p class="description">${version.description}</p>`}
    ${version.reason !== null && html`<p class="reason"><code>${version.reason.code}</code> ${version.reason.message}</p>`}
    ${
      used > 0 &&
      html`<div class="used">
        <progress max=${all} value=${used} aria-label=${`share of the records of ${dataType}`}></progress>
        <span>${share(used, all)}, ${count(used)} scored</span>
      </div>`
    }
    <p class="small">${small(view, version, dataType)}</p>
    ${metadata(version)}
    ${canServe && html`<${RollbackButton} dataType=${dataType} to=${version.id} label="Roll back to this" onDone=${view.tell} />`}
  </li>`
}

function small(view: View, version: ModelVersion, dataType: string): string {
  const facts = [version.format, bytes(version.bytes), version.sha256.slice(0, 10)]
  if (version.loadMs !== null) facts.push(`loaded in ${duration(version.loadMs)}`)
  const statistics = view.state.statistics.get(dataType)?.versions.find(({ id }) => id === version.id)
  if (statistics !== undefined && statistics.usage > 0) {
    facts.push(`${duration(statistics.duration / statistics.usage)} a record`, `p99 ${duration(statistics.latency.p99)}`)
    if (statistics.rejected > 0) facts.push(`${count(statistics.rejected)} rejected`)
  }
  return facts.join(' · ')
}

const METADATA_SHOWN = 6

function metadata({ metadata: pairs }: ModelVersion): VNode | false {
  const entries = Object.entries(pairs).slice(0, METADATA_SHOWN)
  return (
    entries.length > 0 &&
    html`<dl class="metadata">
      ${entries.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd title=${value}>${value}</dd>
          </div>`,
      )}
    </dl>`
  )
}
