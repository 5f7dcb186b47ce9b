import { bytes, rate } from '../format/numbers.ts'
import { clock, span } from '../format/times.ts'
import { html } from '../html.ts'
import { rateOf } from '../live/page-state.ts'
import { RollbackButton } from '../panels/rollback-button.ts'
import type { VNode } from '../vendor/preact.ts'
import { type LiveModels, toneOf, type View } from '../view.ts'

/** One data type's gate: the model that serves it on a plate, and below the opening through which the water runs. */
export function gate(view: View, model: LiveModels): VNode {
  const { dataType } = model
  const serving = model.versions.find(({ id }) => id === model.serving)
  const chosen = view.state.focus === dataType
  return html`<article
    key=${dataType}
    class="gate ${toneOf(view, dataType, model.serving)} ${serving === undefined ? 'is-closed' : ''} ${chosen ? 'is-chosen' : ''}"
    data-gate=${dataType}
  >
    <div class="plate">
      <header>
        <button
          type="button"
          class="type"
          aria-pressed=${chosen}
          title="Show the history of ${dataType}"
          onClick=${() => view.choose(dataType)}
        >
          ${dataType}
        </button>
        <span class="gate-rate">${rate(rateOf(model))}/s</span>
      </header>
      ${serving === undefined ? nobody(model) : plate(view, model, serving)} ${newcomer(model)}
    </div>
    <div class="opening"><span class="blade"></span></div>
  </article>`
}

/** What stands where records come but no model has been published for any data type. */
export function emptyGate(dataType: string | undefined, held: boolean): VNode {
  return html`<article key="" class="gate tone-none is-closed">
    <div class="plate">
      <header>${dataType === undefined ? '' : html`<span class="type">${dataType}</span>`}</header>
      <h3 class="model">No model yet</h3>
      <p class="description">
        ${held ? 'The gate is shut: records wait until a model for them is published.' : 'The gate opens with the first model that is published.'}
      </p>
    </div>
    <div class="opening"><span class="blade"></span></div>
  </article>`
}

function plate({ now, tell }: View, model: LiveModels, serving: LiveModels['versions'][number]): VNode {
  const { dataType, previous } = model
  const since = serving.servingSince
  return html`<div>
    <h3 class="model"><span>${serving.name}</span><i>@</i><b>${serving.version}</b></h3>
    ${serving.description !== '' && html`<p class="description" title=${serving.description}>${serving.description}</p>`}
    <div class="foot">
      <dl class="facts">
        ${
          since !== null &&
          html`<div>
            <dt>serves since</dt>
            <dd>${clock(now, since)} <em>${span(now - since)}</em></dd>
          </div>`
        }
        <div>
          <dt>format</dt>
          <dd>${serving.format} <em>${bytes(serving.bytes)}</em></dd>
        </div>
        <div>
          <dt>sha256</dt>
          <dd class="mono" title=${serving.sha256}>${serving.sha256.slice(0, 10)}</dd>
        </div>
      </dl>
      ${previous !== null && html`<${RollbackButton} dataType=${dataType} to=${previous} label=${`Back to ${previous}`} onDone=${tell} />`}
    </div>
  </div>`
}

function nobody(model: LiveModels): VNode {
  return html`<div>
    <h3 class="model">Nothing serves</h3>
    <p class="description">${model.versions.length === 0 ? 'No model was published yet.' : 'No version of it could be put to work.'}</p>
  </div>`
}

/** A newer version that does not serve: on its way, or refused. */
function newcomer(model: LiveModels): VNode | false {
  const newest = model.versions[0]
  if (newest === undefined || newest.id === model.serving) return false
  if (newest.status === 'refused') {
    return html`<p class="note is-refused">${newest.id} was refused: <code>${newest.reason?.code ?? 'unknown'}</code></p>`
  }
  const coming = newest.status === 'published' || newest.status === 'loading'
  return coming && html`<p class="note">${newest.id} is being ${newest.status === 'loading' ? 'loaded' : 'read'} …</p>`
}
