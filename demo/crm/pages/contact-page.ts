import type { Contact } from '../records.ts';
import { callTimeline } from './call-timeline.ts';
import { html, type Markup } from './html.ts';
import { icon, type IconName } from './icons.ts';
import type { Page } from './layout.ts';
import { avatar, companyLink, contactLink, fullName, nothing, phoneLink } from './parts.ts';
import type { View } from './view.ts';
import { counted, onDay } from './words.ts';

/** One contact: how to reach it, where it works, and every call with it. What `contact_url` opens. */
export function contactPage({ crm, here, id }: View): Page | undefined {
  const contact = crm.contact(id);
  if (contact === undefined) return undefined;
  const name = fullName(contact);
  const calls = crm.calls.filter((call) => call.contact_id === id);
  const colleagues = crm.contacts.filter(
    (other) =>
      other.company_id !== '' && other.company_id === contact.company_id && other.id !== id,
  );
  const owner = crm.user(contact.owner_id);
  const content = html` <div class="head">
      ${avatar(name, 'large')}
      <div>
        <h1>${name}</h1>
        <p class="quiet">
          ${[contact.job_title, contact.company].filter((text) => text !== '').join(', ')}
        </p>
      </div>
    </div>
    <div class="columns aside-first">
      <section aria-labelledby="details">
        <h2 id="details">Details</h2>
        <dl class="facts">
          ${fact('calls', 'Phone', contact.phone === '' ? undefined : phoneLink(contact.phone))}
          ${fact('mobile', 'Mobile', contact.mobile === '' ? undefined : phoneLink(contact.mobile))}
          ${fact('mail', 'E-mail', contact.email === '' ? undefined : html`<a href="mailto:${contact.email}">${contact.email}</a>`)}
          ${fact('companies', 'Company', companyLink(contact))}
          ${fact('users', 'Owner', owner === undefined ? undefined : html`${owner.name}`)}
          ${fact('note', 'Since', onDay(contact.created_at, here))}
        </dl>
        ${colleagues.length === 0 ? undefined : people(colleagues)}
      </section>
      <section aria-labelledby="calls" data-live="calls">
        <h2 id="calls">Calls <span class="quiet">${counted(calls.length, 'call')}</span></h2>
        ${calls.length === 0 ? nothing('No call with this contact yet.') : callTimeline(calls, { crm, here })}
      </section>
    </div>`;
  return { title: name, place: '/contacts', content };
}

function fact(symbol: IconName, name: string, value: Markup | undefined): Markup | undefined {
  return (
    value &&
    html`<div>
      <dt>${icon(symbol)}${name}</dt>
      <dd>${value}</dd>
    </div>`
  );
}

function people(contacts: readonly Contact[]): Markup {
  return html`<h2>Colleagues</h2>
    <ul class="list">
      ${contacts.map(
        (contact) =>
          html`<li>
            ${avatar(fullName(contact))}<span class="grow"
              >${contactLink(contact)}<span class="under">${contact.job_title}</span></span
            >
          </li>`,
      )}
    </ul>`;
}
