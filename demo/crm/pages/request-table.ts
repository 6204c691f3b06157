import type { LoggedRequest } from '../request-log.ts';
import { html, type Markup } from './html.ts';
import { nothing } from './parts.ts';
import type { View } from './view.ts';
import { clockWithSeconds, type Here } from './words.ts';

/** What the API was asked lately, newest first; what was sent and answered folds out. */
export function requestTable({ log, here }: View): Markup {
  if (log.entries.length === 0) {
    return html`<div data-live="log">${nothing('Nobody has asked the API yet.')}</div>`;
  }
  return html`<div data-live="log">
    <div class="table">
      <table>
        <caption class="unseen">
          Requests of the API, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Request</th>
            <th scope="col">Status</th>
            <th scope="col" class="wide">Sign-in</th>
            <th scope="col" class="figure wide">Took</th>
          </tr>
        </thead>
        <tbody>
          ${log.entries.map((entry) => row(entry, here))}
        </tbody>
      </table>
    </div>
  </div>`;
}

function row(entry: LoggedRequest, here: Here): Markup {
  const { method, path, status, signIn, milliseconds } = entry;
  return html`<tr>
    <td class="time">${clockWithSeconds(entry.at, here)}</td>
    <td class="grow">
      ${details(entry, html`<span class="method">${method}</span> <span class="path">${path}</span>`)}
    </td>
    <td><span class="badge ${kindOf(status)}">${status === 0 ? 'No answer' : status}</span></td>
    <td class="wide">${signIn === '' ? html`<span class="quiet">none</span>` : signIn}</td>
    <td class="figure wide">${milliseconds} ms</td>
  </tr>`;
}

function details({ sent, answered }: LoggedRequest, summary: Markup): Markup {
  if (sent === '' && answered === '') return html`<p class="request">${summary}</p>`;
  return html`<details class="request">
    <summary>${summary}</summary>
    ${
      sent === ''
        ? undefined
        : html`<p class="quiet">Sent</p>
            <pre>${pretty(sent)}</pre>`
    }
    ${
      answered === ''
        ? undefined
        : html`<p class="quiet">Answered</p>
            <pre>${pretty(answered)}</pre>`
    }
  </details>`;
}

/** JSON on several lines; anything else as it is. */
function pretty(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value, null, 2);
  } catch {
    return text;
  }
}

function kindOf(status: number): string {
  if (status === 0 || status >= 500) return 'missed';
  return status >= 400 ? 'warned' : status >= 300 ? 'ended' : 'answered';
}
