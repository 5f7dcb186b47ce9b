import { html } from '../html.ts'
import type { VNode } from '../vendor/preact.ts'
import type { View } from '../view.ts'
import { CommandLine } from './command-line.ts'

interface Step {
  readonly title: string
  readonly text: string
  readonly commands: readonly string[]
  readonly done: boolean
}

/** For whoever comes before the first record: what to do next, with the commands. False once records have been answered. */
export function start(view: View): VNode | false {
  const { live } = view
  if (live.streams.some(({ scored, rejected }) => scored + rejected > 0)) return false
  const stream = live.streams[0]?.name ?? 'mdata'
  const dataType = live.models[0]?.dataType ?? live.streams.find(({ held }) => held !== null)?.held ?? 'wine'
  const steps: Step[] = [
    {
      title: 'Publish a model',
      text: 'A file is enough: PMML or ONNX. Drop it on this page, or:',
      commands: [`npx sluice models publish model.pmml --data-type ${dataType} --name my-model`],
      done: live.models.some(({ serving }) => serving !== null),
    },
    {
      title: 'Send records',
      text: 'From a CSV or NDJSON file; each is scored by the model of its data type.',
      commands: [`npx sluice records send records.csv --stream ${stream}`],
      done: live.streams.some(({ backlog }) => backlog > 0),
    },
    {
      title: 'Watch the scores',
      text: 'Here, or in the terminal.',
      commands: [`npx sluice scores tail --stream ${stream} --follow`],
      done: false,
    },
  ]
  const next = steps.findIndex(({ done }) => !done)
  return html`<section class="start" aria-label="Getting started">
    <h2>No record has come by yet.</h2>
    <p>Nothing at hand? <${CommandLine} command="npx sluice demo" /> replays real flight departures and lets three models take over from each other.</p>
    <ol>
      ${steps.map(
        ({ title, text, commands, done }, i) => html`<li class="${done ? 'is-done' : ''} ${i === next ? 'is-next' : ''}">
          <h3>${title}${done && html` <span class="tick">done</span>`}</h3>
          <p>${text}</p>
          ${commands.map((command) => html`<${CommandLine} command=${command} />`)}
        </li>`,
      )}
    </ol>
  </section>`
}
