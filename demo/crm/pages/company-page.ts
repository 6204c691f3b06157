import { byName } from '../find-contacts.ts';
import { callTimeline } from './call-timeline.ts';
import { html } from './html.ts';
import type { Page } from './layout.ts';
import { avatar, contactLink, fullName, nothing, phoneLink, place } from './parts.ts';
import type { View } from './view.ts';
import { counted } from './words.ts';

/** Calls that are shown of a company. */
const MOST_CALLS = 25;

/** One company: where it is, who works there, and the calls with them. */
export function companyPage({ crm, here, id }: View): Page | undefined {
  const company = crm.company(id);
  if (company === undefined) return undefined;
  const people = byName(crm.contacts.filter((contact) => contact.company_id === id));
  const ids = new Set(people.map((contact) => contact.id));
  const calls = crm.calls.filter((call) => ids.has(call.contact_id));
  const facts = [
    ['Phone', company.phone === '' ? undefined : phoneLink(company.phone)],
    ['Place', place(company) === '' ? undefined : html`${place(company)}`],
    ['Trade', company.industry === '' ? undefined : html`${company.industry}`],
    [
      'Website',
      company.website === '' ? undefined : html`${company.website.replace('https://', '')}`,
    ],
  ] as const;
  const content = html` <div class="head">
      ${avatar(company.name, 'large')}
      <div>
        <h1>${company.name}</h1>
        <p class="quiet">
          ${[company.industry, place(company)].filter((text) => text !== '').join(', ')}
        </p>
      </div>
    </div>
    <div class="columns aside-first">
      <section aria-labelledby="details">
        <h2 id="details">Details</h2>
        <dl class="facts">
          ${facts.map(
            ([name, value]) =>
              value &&
              html`<div>
                <dt>${name}</dt>
                <dd>${value}</dd>
              </div>`,
          )}
        </dl>
        <h2>People <span class="quiet">${people.length}</span></h2>
        ${
          people.length === 0
            ? nothing('Nobody works here yet.')
            : html`<ul class="list">
                ${people.map(
                  (contact) =>
                    html`<li>
                      ${avatar(fullName(contact))}<span class="grow"
                        >${contactLink(contact)}<span class="under"
                          >${contact.job_title}</span
                        ></span
                      >
                    </li>`,
                )}
              </ul>`
        }
      </section>
      <section aria-labelledby="calls" data-live="calls">
        <h2 id="calls">Calls <span class="quiet">${counted(calls.length, 'call')}</span></h2>
        ${calls.length === 0 ? nothing('No call with this company yet.') : callTimeline(calls.slice(0, MOST_CALLS), { crm, here, withParty: true })}
      </section>
    </div>`;
  return { title: company.name, place: '/companies', content };
}
