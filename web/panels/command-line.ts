import { html } from '../html.ts'
import { Component, type VNode } from '../vendor/preact.ts'

const COPIED_MS = 1500

/** A command of the terminal, with a button that copies it. */
export class CommandLine extends Component<{ readonly command: string }, { readonly copied: boolean }> {
  override state = { copied: false }
  #timer: ReturnType<typeof setTimeout> | undefined

  override componentWillUnmount(): void {
    clearTimeout(this.#timer)
  }

  readonly #copy = (): void => {
    void this.#toClipboard()
  }

  /** Outside of a secure context there is no clipboard; the command can be selected all the same. */
  async #toClipboard(): Promise<void> {
    if (navigator.clipboard === undefined) return
    await navigator.clipboard.writeText(this.props.command)
    this.setState({ copied: true })
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.setState({ copied: false }), COPIED_MS)
  }

  override render(): VNode {
    return html`<span class="command">
      <code>${this.props.command.split(' ').flatMap((word) => [html`<span>${word}</span>`, ' '])}</code>
      <button type="button" aria-label="Copy the command" onClick=${this.#copy}>${this.state.copied ? 'copied' : 'copy'}</button>
    </span>`
  }
}
