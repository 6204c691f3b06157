import type { Crm } from '../crm.ts';
import type { Call } from '../records.ts';
import { html, type Markup } from './html.ts';
import { icon } from './icons.ts';
import { badge, directionIcon, otherParty, userName } from './parts.ts';
import { duration, when, type Here } from './words.ts';

export interface CallTableOptions {
  readonly crm: Crm;
  readonly here: Here;
  /** What the table holds, for those who do not see the heading above it. */
  readonly caption: string;
}

/** Calls as a table: the subject leads to the page of the call. */
export function callTable(calls: readonly Call[], options: CallTableOptions): Markup {
  return html`<div class="table">
    <table>
      <caption class="unseen">
        ${options.caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Who</th>
          <th scope="col">Subject</th>
          <th scope="col" class="wide roomy">Owner</th>
          <th scope="col" class="wide">State</th>
          <th scope="col" class="figure wide">Length</th>
        </tr>
      </thead>
      <tbody>
        ${calls.map((call) => row(call, options))}
      </tbody>
    </table>
  </div>`;
}

function row(call: Call, { crm, here }: CallTableOptions): Markup {
  const company = crm.contact(call.contact_id)?.company ?? '';
  return html`<tr>
    <td class="time">${directionIcon(call)}${when(call.started_at, here)}</td>
    <td class="who">${otherParty(call, crm)}<span class="under wide">${company}</span></td>
    <td class="grow">
      <a href="/calls/${encodeURIComponent(call.id)}"
        >${call.subject === '' ? 'Call' : call.subject}</a
      >${mark(call)}<span class="under wide note-line">${call.note.split('\n')[0] ?? ''}</span
      ><span class="under narrow">${badge(call)}</span>
    </td>
    <td class="wide roomy nowrap">${userName(crm.user(call.user_id))}</td>
    <td class="wide">${badge(call)}</td>
    <td class="figure wide">${call.duration > 0 ? duration(call.duration) : ''}</td>
  </tr>`;
}

function mark({ recording }: Call): Markup | undefined {
  return recording === null
    ? undefined
    : html` <span class="mark" title="With recording"
        >${icon('sound')}<span class="unseen">with recording</span></span
      >`;
}
