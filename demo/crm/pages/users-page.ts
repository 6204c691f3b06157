import { html } from './html.ts';
import type { Page } from './layout.ts';
import { avatar } from './parts.ts';
import type { View } from './view.ts';

/** Who works with the CRM, and how much each has called. */
export function usersPage({ crm }: View): Page {
  const rows = crm.users.map((user) => {
    const calls = crm.calls.filter((call) => call.user_id === user.id);
    const contacts = crm.contacts.filter((contact) => contact.owner_id === user.id);
    return html`<tr>
      <td>
        <span class="person"
          >${avatar(user.name)}<span
            ><a href="/calls?user=${user.id}">${user.name}</a
            ><span class="under">${user.role}</span></span
          ></span
        >
      </td>
      <td class="number">${user.extension}</td>
      <td class="wide"><a href="mailto:${user.email}">${user.email}</a></td>
      <td class="figure wide">${contacts.length}</td>
      <td class="figure">${calls.length}</td>
    </tr>`;
  });
  const content = html` <h1>Users</h1>
    <div class="table" data-live="users">
      <table>
        <caption class="unseen">
          Users
        </caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Extension</th>
            <th scope="col" class="wide">E-mail</th>
            <th scope="col" class="figure wide">Contacts</th>
            <th scope="col" class="figure">Calls</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <p class="quiet">
      Patchcord links each with an extension of the phone system: calls of the extension then belong
      to the user.
    </p>`;
  return { title: 'Users', place: '/users', content };
}
