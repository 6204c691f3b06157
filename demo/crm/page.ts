import type { Crm } from './crm.ts';
import type { Call, Contact } from './records.ts';

/** The CRM's page: its calls, newest first, and its contacts. The script replaces `main` when it changes. */
export function renderPage(crm: Crm): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Demo CRM</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header><h1>Demo CRM</h1><p>A small CRM of its own: what stands here, Patchcord wrote through its API.</p></header>
<main>${renderMain(crm)}</main>
</body>
</html>
`;
}

/** The part of the page that changes. */
export function renderMain(crm: Crm): string {
  const calls = crm.calls.map((call) => callItem(call, crm));
  const contacts = crm.contacts.map(contactItem);
  const noCall =
    '<li class="empty">No call yet. Place one with <code>npm run -s demo:call</code>.</li>';
  return `
<section aria-labelledby="calls"><h2 id="calls">Calls <span>${calls.length}</span></h2>
<ol>${calls.length === 0 ? noCall : calls.join('')}</ol></section>
<section aria-labelledby="contacts"><h2 id="contacts">Contacts <span>${contacts.length}</span></h2>
<ul>${contacts.join('')}</ul></section>
`;
}

function callItem(call: Call, crm: Crm): string {
  const contact = crm.contacts.find((candidate) => candidate.id === call.contact_id);
  const user = crm.users.find((candidate) => candidate.id === call.user_id);
  const who = contact === undefined ? call.phone : fullName(contact);
  const details = [
    contact === undefined
      ? ''
      : `<a href="#contact-${escape(contact.id)}">${escape(call.phone)}</a>`,
    user === undefined ? 'nobody' : escape(user.name),
    time(call.started_at),
    call.duration > 0 ? duration(call.duration) : '',
  ];
  return `<li id="call-${escape(call.id)}">
<p><strong>${escape(who)}</strong> <span class="badge ${escape(call.status)}">${escape(call.status)}</span></p>
<p>${escape(call.subject)}</p>
<p class="quiet">${details.filter((detail) => detail !== '').join(' · ')}</p>
${call.note === '' ? '' : `<p class="note">${escape(call.note)}</p>`}${recording(call)}</li>
`;
}

function recording(call: Call): string {
  if (call.recording !== null) {
    const label = `Recording ${call.recording.filename}`;
    return `<audio controls preload="none" src="/recordings/${escape(call.id)}" aria-label="${escape(label)}"></audio>`;
  }
  return /^https?:\/\//.test(call.recording_url)
    ? `<p class="quiet"><a href="${escape(call.recording_url)}" rel="noreferrer">Recording</a></p>`
    : '';
}

function contactItem(contact: Contact): string {
  const details = [contact.company, contact.phone, contact.mobile, contact.email];
  return `<li id="contact-${escape(contact.id)}">
<p><strong>${escape(fullName(contact))}</strong></p>
<p class="quiet">${details
    .filter((detail) => detail !== '')
    .map(escape)
    .join(' · ')}</p></li>
`;
}

function fullName(contact: Contact): string {
  return `${contact.first_name} ${contact.last_name}`.trim();
}

function time(iso: string): string {
  return iso === ''
    ? ''
    : `<time datetime="${escape(iso)}">${escape(iso.replace('T', ' ').slice(0, 19))}</time>`;
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(Math.round(seconds) % 60).padStart(2, '0')} min`;
}

/** Everything that came through the API is text, never markup. */
function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
