import { html } from '../../text/html.ts';
import type { Html } from '../../text/html.ts';

/** A sentence of the contract: what stands between backticks is code. */
export function words(text: string): Html {
  return html`${text
    .split('`')
    .map((piece, at) => (at % 2 === 0 ? piece : html`<code>${piece}</code>`))}`;
}
