import { Charts } from './charts/charts.ts'
import { StreamPicture } from './flow/stream-picture.ts'
import { count } from './format/numbers.ts'
import { html } from './html.ts'
import type { PageState } from './live/page-state.ts'
import { headline, masthead } from './panels/headline.ts'
import { history } from './panels/history.ts'
import { lanes } from './panels/lanes.ts'
import { events, rejections, swaps } from './panels/lists.ts'
import { PublishDialog } from './panels/publish-dialog.ts'
import { Scores } from './panels/scores.ts'
import { rendezvous } from './panels/rendezvous.ts'
import { start } from './panels/start.ts'
import { Fragment, type VNode } from './vendor/preact.ts'
import type { View } from './view.ts'

/** What the page shows besides what the node says. */
export interface Around {
  /** Now by the browser's clock, ms since the epoch. */
  readonly here: number
  readonly notice: { readonly message: string; readonly failed: boolean } | undefined
  readonly dropping: boolean
  readonly dropped: File | undefined
  readonly onClosed: () => void
}

/** The whole page for one moment. */
export function page(state: PageState, view: View | undefined, around: Around): VNode {
  return html`<${Fragment}>
    ${masthead(state.connection, view, around.here)}
    ${view === undefined ? html`<main class="waiting"><p class="nothing">Waiting for the first word from the node …</p></main>` : body(view)}
    <p
      class="notice ${around.notice?.failed === true ? 'is-refused' : ''} ${around.notice === undefined ? '' : 'is-shown'}"
      role="status"
      aria-live="polite"
    >
      ${around.notice?.message ?? ''}
    </p>
    ${around.dropping && html`<div class="drop-here"><p>Let go to publish this model</p></div>`}
    ${
      around.dropped !== undefined &&
      view !== undefined &&
      html`<${PublishDialog}
        file=${around.dropped}
        dataTypes=${view.live.models.map(({ dataType }) => dataType)}
        tell=${view.tell}
        onClose=${around.onClosed}
      />`
    }
  <//>`
}

const PAST_THE_GATE = 'past the gate it has the colour of the version that answered'

function body(view: View): VNode {
  const { live } = view
  const meets = live.rendezvous !== undefined
  const begun = live.streams.some(({ scored, rejected }) => scored + rejected > 0)
  return html`<main class=${view.lost ? 'is-lost' : ''}>
    ${headline(view)}
    ${
      (live.streams.length > 0 || !meets) &&
      html`<div class="scene">
      ${live.streams.map((stream) => html`<${StreamPicture} key=${stream.name} view=${view} stream=${stream} />`)}
      <p class="scale"><span class="drop-sample"></span> ${`one drop is ${view.scale === 1 ? 'one record' : `${count(view.scale)} records`}; ${PAST_THE_GATE}`}</p>
    </div>`
    }
    ${begun ? html`<${Charts} view=${view} />` : (live.streams.length > 0 || !meets) && start(view)}
    ${begun && lanes(view)} ${rendezvous(view)}
    <div class="columns">
      <div>${history(view)} ${begun && swaps(view)} ${begun && events(view)}</div>
      <div>${begun ? html`<${Fragment}><${Scores} view=${view} /> ${rejections(view)}<//>` : events(view)}</div>
    </div>
  </main>`
}
