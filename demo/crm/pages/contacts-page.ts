import { byName, like } from '../find-contacts.ts';
import type { Contact } from '../records.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './layout.ts';
import { avatar, companyLink, contactLink, fullName, nothing, pager, phoneLink } from './parts.ts';
import type { View } from './view.ts';

const PER_PAGE = 20;

/** All contacts by name, or those that a search finds. */
export function contactsPage({ crm, query }: View): Page {
  const search = (query.get('q') ?? '').trim();
  const all = byName(search === '' ? crm.contacts : like(crm.contacts, search));
  const pages = Math.max(1, Math.ceil(all.length / PER_PAGE));
  const page = Math.min(pages, Math.max(1, Number(query.get('page')) || 1));
  const shown = all.slice((page - 1) * PER_PAGE, page * PER_PAGE);
  const link = (to: number): string => {
    const wanted = new URLSearchParams(search === '' ? {} : { q: search });
    wanted.set('page', String(to));
    return `/contacts?${wanted.toString()}`;
  };
  const content = html` <h1>Contacts</h1>
    <form class="search" role="search" action="/contacts">
      <label class="unseen" for="q">Search contacts</label>
      <input
        id="q"
        name="q"
        type="search"
        value="${search}"
        placeholder="Name, company or number"
        autocomplete="off"
      />
      <button class="button main">Search</button
      >${search === '' ? undefined : html`<a class="button" href="/contacts">Clear</a>`}
    </form>
    <div data-live="contacts">
      ${shown.length === 0 ? nothing(`Nobody is found by “${search}”. A search takes the beginning of words, or part of a number.`) : table(shown)}
      ${pager({ page, pages, total: all.length, noun: 'contact' }, link)}
    </div>`;
  return { title: search === '' ? 'Contacts' : `Contacts: ${search}`, place: '/contacts', content };
}

function table(contacts: readonly Contact[]): Markup {
  return html`<div class="table">
    <table>
      <caption class="unseen">
        Contacts, by last name
      </caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Company</th>
          <th scope="col" class="wide">Phone</th>
          <th scope="col" class="wide">E-mail</th>
        </tr>
      </thead>
      <tbody>
        ${contacts.map(
          (contact) =>
            html`<tr>
              <td>
                <span class="person"
                  >${avatar(fullName(contact))}<span
                    >${contactLink(contact)}<span class="under">${contact.job_title}</span></span
                  ></span
                >
              </td>
              <td>
                ${companyLink(contact)}<span class="under narrow">${firstNumber(contact)}</span>
              </td>
              <td class="wide">
                ${[contact.phone, contact.mobile].filter((own) => own !== '').map((own) => html`<span class="row-line">${phoneLink(own)}</span>`)}
              </td>
              <td class="wide"><a href="mailto:${contact.email}">${contact.email}</a></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function firstNumber({ phone, mobile }: Contact): Markup | undefined {
  const own = phone === '' ? mobile : phone;
  return own === '' ? undefined : phoneLink(own);
}
