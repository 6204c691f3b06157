import { html } from './html.ts';
import type { Page } from './layout.ts';
import { avatar, nothing, phoneLink, place } from './parts.ts';
import type { View } from './view.ts';
import { counted, when } from './words.ts';

/** All companies by name, each with its people and its last call. */
export function companiesPage({ crm, here }: View): Page {
  const { compare } = new Intl.Collator('en');
  const companies = crm.companies.toSorted((a, b) => compare(a.name, b.name));
  const rows = companies.map((company) => {
    const people = new Set(
      crm.contacts.filter(({ company_id }) => company_id === company.id).map(({ id }) => id),
    );
    const last = crm.calls.find((call) => people.has(call.contact_id));
    return html`<tr>
      <td>
        <span class="person"
          >${avatar(company.name)}<span
            ><a href="/companies/${encodeURIComponent(company.id)}">${company.name}</a
            ><span class="under">${company.industry}</span></span
          ></span
        >
      </td>
      <td class="wide">${place(company)}</td>
      <td class="wide">${company.phone === '' ? undefined : phoneLink(company.phone)}</td>
      <td class="figure">${people.size}</td>
      <td class="time">${last === undefined ? '' : when(last.started_at, here)}</td>
    </tr>`;
  });
  const table = html`<div class="table">
    <table>
      <caption class="unseen">
        Companies, by name
      </caption>
      <thead>
        <tr>
          <th scope="col">Company</th>
          <th scope="col" class="wide">Place</th>
          <th scope="col" class="wide">Phone</th>
          <th scope="col" class="figure">People</th>
          <th scope="col">Last call</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
  const content = html` <h1>Companies</h1>
    <div data-live="companies">
      ${rows.length === 0 ? nothing('No company yet.') : table}
      <p class="quiet pager">${counted(rows.length, 'company', 'companies')}</p>
    </div>`;
  return { title: 'Companies', place: '/companies', content };
}
