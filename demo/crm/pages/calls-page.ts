import type { Call } from '../records.ts';
import { callTable } from './call-table.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { nothing, pager } from './parts.ts';
import type { View } from './view.ts';

const PER_PAGE = 25;

/** The filters of the list, by the text of the query. */
const KINDS: readonly (readonly [string, string, (call: Call) => boolean])[] = [
  ['', 'All', () => true],
  ['inbound', 'Incoming', ({ direction }) => direction === 'inbound'],
  ['outbound', 'Outgoing', ({ direction }) => direction === 'outbound'],
  ['missed', 'Missed', ({ status }) => status === 'missed'],
  ['recorded', 'With recording', ({ recording }) => recording !== null],
];

/** All calls, newest first, or those of a kind or an owner. */
export function callsPage({ crm, here, query }: View): Page {
  const kind = query.get('kind') ?? '';
  const user = query.get('user') ?? '';
  const fits = KINDS.find(([name]) => name === kind)?.[2] ?? (() => true);
  const ofUser = crm.calls.filter((call) => user === '' || call.user_id === user);
  const all = ofUser.filter(fits);
  const pages = Math.max(1, Math.ceil(all.length / PER_PAGE));
  const page = Math.min(pages, Math.max(1, Number(query.get('page')) || 1));
  const link = (wanted: Readonly<Record<string, string>>): string => {
    const texts = Object.entries({ kind, user, ...wanted }).filter(([, text]) => text !== '');
    return texts.length === 0 ? '/calls' : `/calls?${new URLSearchParams(texts).toString()}`;
  };
  const owner = crm.user(user);
  const filters = KINDS.map(([name, words, test]) => {
    const current = name === kind ? html` aria-current="true"` : undefined;
    return html`<li>
      <a class="chip" href="${link({ kind: name })}" ${current}
        >${words} <span>${ofUser.filter(test).length}</span></a
      >
    </li>`;
  });
  const shown = all.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const content = html` <h1>Calls${owner === undefined ? '' : ` of ${owner.name}`}</h1>
    <div data-live="calls">
      <ul class="chips" aria-label="Which calls">
        ${filters}${owner === undefined ? undefined : html`<li><a href="${link({ user: '' })}">Calls of everybody</a></li>`}
      </ul>
      ${shown.length === 0 ? nothing('No such call.') : callTable(shown, { crm, here, caption: 'Calls, newest first' })}
      ${pager({ page, pages, total: all.length, noun: 'call' }, (to) => link({ page: String(to) }))}
    </div>`;
  return { title: 'Calls', place: '/calls', content };
}
