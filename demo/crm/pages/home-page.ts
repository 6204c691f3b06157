import type { Crm } from '../crm.ts';
import type { Call } from '../records.ts';
import { callTable } from './call-table.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './layout.ts';
import { avatar, nothing } from './parts.ts';
import type { View } from './view.ts';
import { isToday, longDuration } from './words.ts';

/** Calls shown when today has few. */
const LEAST_SHOWN = 8;

/** The first page: today's calls, and who spoke how much. */
export function homePage({ crm, here, callCommand }: View): Page {
  const today = crm.calls.filter((call) => isToday(call.started_at, here));
  const latest = crm.calls.slice(0, Math.max(LEAST_SHOWN, today.length));
  const content = html` <h1>Today</h1>
    <dl class="figures" data-live="figures">${figures(today)}</dl>
    <div class="columns">
      <section aria-labelledby="latest" data-live="latest">
        <h2 id="latest">${today.length >= LEAST_SHOWN ? 'Calls of today' : 'Latest calls'}</h2>
        ${callTable(latest, { crm, here, caption: 'Latest calls, newest first' })}
        <p class="after"><a href="/calls">All calls</a></p>
      </section>
      <section aria-labelledby="people" data-live="people">
        <h2 id="people">Who spoke</h2>
        ${people(crm, today)}
        <h2>Try it</h2>
        <p class="panel">
          Place a call, and watch it arrive here:<code class="line">${callCommand}</code>
          <a href="/requests">Requests</a> shows what Patchcord sent,
          <a href="/settings">Settings</a>
          has the awkward habits of real CRMs as switches.
        </p>
      </section>
    </div>`;
  return { title: 'Home', place: '/', content };
}

function figures(today: readonly Call[]): readonly Markup[] {
  const talked = today.reduce((sum, call) => sum + call.duration, 0);
  const missed = today.filter((call) => call.status === 'missed').length;
  const live = today.filter((call) => ['ringing', 'in call'].includes(call.status)).length;
  const pairs: readonly (readonly [string, string])[] = [
    ['Calls', String(today.length)],
    ['Missed', String(missed)],
    ['Talked', talked === 0 ? '0 min' : longDuration(talked)],
    ['Right now', String(live)],
  ];
  return pairs.map(
    ([name, figure]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${figure}</dd>
      </div>`,
  );
}

function people(crm: Crm, today: readonly Call[]): Markup {
  const rows = crm.users
    .map((user) => {
      const own = today.filter((call) => call.user_id === user.id);
      return { user, count: own.length, talked: own.reduce((sum, call) => sum + call.duration, 0) };
    })
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.talked - a.talked);
  if (rows.length === 0) return nothing('Nobody has spoken yet today.');
  return html`<ul class="list">
    ${rows.map(
      ({ user, count, talked }) =>
        html`<li>
          ${avatar(user.name)}<span class="grow"
            ><a href="/calls?user=${user.id}">${user.name}</a
            ><span class="under">${user.role}</span></span
          ><span class="figure"
            >${count}<span class="under"
              >${talked === 0 ? 'missed' : longDuration(talked)}</span
            ></span
          >
        </li>`,
    )}
  </ul>`;
}
