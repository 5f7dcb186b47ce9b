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

const DEMO = 'replays real flight departures and lets three models take over from each other.'

/** For whoever comes before the first record is answered: what to do next, with the commands. */
export function start(view: View): VNode {
  const { live } = view
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
  const waiting = live.streams.some(({ held }) => held !== null)
  const next = steps.findIndex(({ done }) => !done)
  return html`<section class="start" aria-label="Getting started">
    <h2>${waiting ? 'Records wait for their model.' : 'No record has come by yet.'}</h2>
    <p>Nothing at hand? <${CommandLine} command="npx sluice demo" /> ${DEMO}</p>
    <ol>
      ${steps.map(
        ({ title, text, commands, done }, i) =>
          html`<li class="${done ? 'is-done' : ''} ${i === next ? 'is-next' : ''}">
            <h3>${title}${done && html` <span class="tick">done</span>`}</h3>
            <p>${text}</p>
            ${commands.map((command) => html`<${CommandLine} command=${command} />`)}
          </li>`,
      )}
    </ol>
  </section>`
}
