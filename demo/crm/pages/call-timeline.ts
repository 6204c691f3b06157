import type { Crm } from '../crm.ts';
import type { Call } from '../records.ts';
import { html, type Markup } from './html.ts';
import { badge, directionIcon, otherParty, player } from './parts.ts';
import { dayName, duration, when, type Here } from './words.ts';

/** Calls below the day they were on, newest first, each with its note and its recording. */
export function callTimeline(
  calls: readonly Call[],
  { crm, here, withParty = false }: { crm: Crm; here: Here; withParty?: boolean },
): Markup {
  const days = Map.groupBy(calls, (call) => dayName(call.started_at, here));
  return html`<div class="timeline">
    ${[...days].map(
      ([day, ofDay]) =>
        html`<h3>${day}</h3>
          <ol>
            ${ofDay.map((call) => {
              const owner = crm.user(call.user_id)?.name;
              const facts = [
                ...(withParty ? [otherParty(call, crm)] : []),
                ...(owner === undefined ? [] : [owner]),
                ...(call.duration > 0 ? [duration(call.duration)] : []),
              ];
              return html`<li>
                ${directionIcon(call)}
                <div class="grow">
                  <p>
                    <a href="/calls/${encodeURIComponent(call.id)}"
                      >${call.subject === '' ? 'Call' : call.subject}</a
                    >
                    ${badge(call)}
                  </p>
                  <p class="quiet">
                    ${clockOf(call, here)}${facts.map((fact) => html` · ${fact}`)}
                  </p>
                  ${call.note === '' ? undefined : html`<p class="note">${call.note}</p>`}
                  ${player(call)}
                </div>
              </li>`;
            })}
          </ol>`,
    )}
  </div>`;
}

/** The heading above says the day. */
function clockOf(call: Call, here: Here): Markup | undefined {
  return when(call.started_at, { ...here, now: Date.parse(call.started_at) });
}
