import htm from './vendor/htm.ts'
import { h, type VNode } from './vendor/preact.ts'

type Markup = (strings: TemplateStringsArray, ...values: unknown[]) => VNode

/** Markup as a tagged template: `html\`<p>${text}</p>\`` with one root element. Values are escaped. */
export const html: Markup = (htm as unknown as { bind(create: typeof h): Markup }).bind(h)
