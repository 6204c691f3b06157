import type { Crm } from '../crm.ts';
import type { Call, Company, Contact, User } from '../records.ts';
import { html, type Markup } from './html.ts';
import { icon, type IconName } from './icons.ts';
import { counted } from './words.ts';

export function fullName({ first_name, last_name, email, phone, mobile }: Contact): string {
  const name = `${first_name} ${last_name}`.trim();
  return name === '' ? ([email, phone, mobile, 'No name'].find((text) => text !== '') ?? '') : name;
}

/** The initials of a name on a colour that stays the same for it. */
export function avatar(name: string, size: 'small' | 'large' = 'small'): Markup {
  const words = name.split(/\s+/).filter((word) => /^\p{Letter}/u.test(word));
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const initials = letters.map((word) => Array.from(word ?? '')[0] ?? '').join('');
  const hue = Array.from(name).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 6;
  const shown = initials === '' ? '#' : initials.toUpperCase();
  return html`<span class="avatar ${size} hue-${hue}" aria-hidden="true">${shown}</span>`;
}

export function contactLink(contact: Contact): Markup {
  return html`<a href="/contacts/${encodeURIComponent(contact.id)}">${fullName(contact)}</a>`;
}

export function companyLink({ company, company_id }: Contact): Markup | undefined {
  if (company_id === '') return company === '' ? undefined : html`${company}`;
  return html`<a href="/companies/${encodeURIComponent(company_id)}">${company}</a>`;
}

export function userName(user: User | undefined): Markup {
  return user === undefined ? html`<span class="quiet">Nobody</span>` : html`${user.name}`;
}

/** A number that a phone on this machine may dial. */
export function phoneLink(number: string): Markup {
  return html`<a class="number" href="tel:${number.replaceAll(/[^\d+]/g, '')}">${number}</a>`;
}

export function place({ city, country }: Company): string {
  const name =
    country === '' ? '' : (new Intl.DisplayNames('en', { type: 'region' }).of(country) ?? country);
  return [city, name].filter((text) => text !== '').join(', ');
}

/** The state of a call in words and colour. */
export function badge({ status }: Call): Markup {
  const words: Readonly<Record<string, string>> = {
    ringing: 'Ringing',
    'in call': 'In call',
    answered: 'Answered',
    missed: 'Missed',
    ended: 'Ended',
  };
  const kind = Object.hasOwn(words, status) ? status.replace(' ', '-') : 'other';
  const shown = words[status] ?? (status === '' ? 'No state' : status);
  return html`<span class="badge ${kind}">${shown}</span>`;
}

/** The direction of a call: the arrow, and its name for those who do not see it. */
export function directionIcon({ direction, status }: Call): Markup {
  const [symbol, name]: [IconName, string] =
    direction === 'outbound'
      ? ['outbound', 'Outgoing']
      : [status === 'missed' ? 'missed' : 'inbound', 'Incoming'];
  return html`<span class="direction ${status === 'missed' ? 'missed' : ''}" title="${name}"
    >${icon(symbol)}<span class="unseen">${name}</span></span
  >`;
}

/** Who the call is with: the contact, or the number of somebody unknown. */
export function otherParty(call: Call, crm: Crm): Markup {
  const contact = crm.contact(call.contact_id);
  if (contact !== undefined) return contactLink(contact);
  return call.phone === ''
    ? html`<span class="quiet">No number</span>`
    : html`<span class="number">${call.phone}</span>`;
}

/** Plays a call's recording. `preload` is `metadata` where one call is shown: its length is seen before it plays. */
export function player(call: Call, preload: 'none' | 'metadata' = 'none'): Markup | undefined {
  if (call.recording !== null) {
    const label = `Recording ${call.recording.filename}`;
    return html`<audio
      controls
      preload="${preload}"
      src="/recordings/${encodeURIComponent(call.id)}"
      aria-label="${label}"
    ></audio>`;
  }
  return /^https?:\/\//.test(call.recording_url)
    ? html`<a href="${call.recording_url}" rel="noreferrer">Recording elsewhere</a>`
    : undefined;
}

/** Links to the other pages of a list; `link` makes the address of one. */
export function pager(
  { page, pages, total, noun }: { page: number; pages: number; total: number; noun: string },
  link: (page: number) => string,
): Markup {
  const count = html`<p class="quiet">
    ${counted(total, noun, noun === 'company' ? 'companies' : `${noun}s`)}${pages > 1 ? `, page ${page} of ${pages}` : ''}
  </p>`;
  if (pages <= 1) return html`<div class="pager">${count}</div>`;
  const step = (to: number, name: string): Markup =>
    to < 1 || to > pages
      ? html`<span class="button off" aria-disabled="true">${name}</span>`
      : html`<a class="button" href="${link(to)}" rel="${name === 'Next' ? 'next' : 'prev'}"
          >${name}</a
        >`;
  return html`<nav class="pager" aria-label="Pages of the list">
    ${count}<span class="steps">${step(page - 1, 'Previous')}${step(page + 1, 'Next')}</span>
  </nav>`;
}

/** What stands where a list would be. */
export function nothing(sentence: string | Markup): Markup {
  return html`<p class="empty">${sentence}</p>`;
}
