import { html } from '../html.ts'
import { rollback } from '../live/node-client.ts'
import { Component, type VNode } from '../vendor/preact.ts'

interface Props {
  readonly dataType: string
  readonly to: string
  readonly label: string
  readonly onDone: (message: string, failed: boolean) => void
}

interface State {
  readonly step: 'idle' | 'armed' | 'sending'
}

const ARMED_MS = 5000

/** A button that asks once more before it lets an earlier version serve. Escape, leaving it, or waiting calls it off. */
export class RollbackButton extends Component<Props, State> {
  override state: State = { step: 'idle' }
  #timer: ReturnType<typeof setTimeout> | undefined

  override componentDidUpdate(before: Props): void {
    if (before.to !== this.props.to && this.state.step === 'armed') this.#callOff()
  }

  override componentWillUnmount(): void {
    clearTimeout(this.#timer)
  }

  #callOff = (): void => {
    clearTimeout(this.#timer)
    if (this.state.step === 'armed') this.setState({ step: 'idle' })
  }

  #press = (): void => {
    if (this.state.step === 'sending') return
    if (this.state.step === 'idle') {
      this.setState({ step: 'armed' })
      this.#timer = setTimeout(this.#callOff, ARMED_MS)
    } else void this.#send()
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer)
    const { dataType, to, onDone } = this.props
    this.setState({ step: 'sending' })
    const answer = await rollback(dataType, to)
    this.setState({ step: 'idle' })
    if (!answer.ok) return onDone(`${answer.error.code}: ${answer.error.message}`, true)
    const { id, status, reason } = answer.value
    if (reason !== null) return onDone(`${id} was refused. ${reason.code}: ${reason.message}`, true)
    onDone(status === 'serving' ? `${dataType} is answered by ${id} again.` : `Told to go back to ${id}; it is ${status}.`, false)
  }

  override render(): VNode {
    const { step } = this.state
    const { to, label } = this.props
    const texts = { idle: label, armed: 'Click again to confirm', sending: 'Rolling back …' }
    const spoken = { idle: `Roll back to ${to}`, armed: `Click again, and ${to} takes over`, sending: `Rolling back to ${to}` }
    return html`<button
      type="button"
      class="rollback is-${step}"
      aria-label=${spoken[step]}
      onClick=${this.#press}
      onBlur=${this.#callOff}
      onKeyDown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#callOff()}
    >
      ${Object.entries(texts).map(([when, text]) => html`<span class=${when === step ? 'is-said' : ''} aria-hidden="true">${text}</span>`)}
    </button>`
  }
}
