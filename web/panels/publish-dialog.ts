import { bytes } from '../format/numbers.ts'
import { html } from '../html.ts'
import { publish } from '../live/node-client.ts'
import { Component, createRef, type VNode } from '../vendor/preact.ts'
import { guessModel } from './guess-model.ts'

interface Props {
  readonly file: File
  readonly dataTypes: readonly string[]
  readonly onClose: () => void
  readonly tell: (message: string, failed: boolean) => void
}

/** Asks what a dropped file is, publishes it, and says whether it serves or why it was refused. */
export class PublishDialog extends Component<Props, { readonly sending: boolean; readonly refused: string }> {
  override state = { sending: false, refused: '' }
  readonly #dialog = createRef<HTMLDialogElement>()

  override componentDidMount(): void {
    this.#dialog.current!.showModal()
  }

  readonly #submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const about: Record<string, string> = {}
    for (const [name, value] of form) if (typeof value === 'string' && value.trim() !== '') about[name] = value.trim()
    void this.#send(about)
  }

  async #send(about: Record<string, string>): Promise<void> {
    const { file, tell, onClose } = this.props
    this.setState({ sending: true, refused: '' })
    const answer = await publish(file, about)
    const reason = answer.ok ? answer.value.reason : answer.error
    if (reason !== null) return this.setState({ sending: false, refused: `${reason.code}: ${reason.message}` })
    if (answer.ok) tell(`${answer.value.id} was published and is ${answer.value.status}.`, false)
    onClose()
  }

  override render(): VNode {
    const { file, dataTypes, onClose } = this.props
    const { sending, refused } = this.state
    const guess = guessModel(file.name)
    return html`<dialog class="publish" ref=${this.#dialog} onClose=${onClose}>
      <form onSubmit=${this.#submit}>
        <h2>Publish ${file.name} <small>${bytes(file.size)}</small></h2>
        <label>Data type<input name="dataType" required list="data-types" value=${dataTypes[0] ?? ''} placeholder="wine" /></label>
        <datalist id="data-types">${dataTypes.map((dataType) => html`<option value=${dataType}></option>`)}</datalist>
        <label>Name<input name="name" required pattern="[^@\\/\\s]+" value=${guess.name} /></label>
        <label>Version<input name="version" pattern="[^@\\/\\s]+" placeholder="given by the node where empty" /></label>
        <label>Format<input name="format" required value=${guess.format} placeholder="pmml, onnx" /></label>
        <label>Description<input name="description" /></label>
        ${refused !== '' && html`<p class="reason" role="alert">${refused}</p>`}
        <p class="buttons">
          <button type="button" onClick=${() => this.#dialog.current?.close()}>Cancel</button>
          <button type="submit" class="strong" disabled=${sending}>${sending ? 'Publishing …' : 'Publish'}</button>
        </p>
      </form>
    </dialog>`
  }
}
