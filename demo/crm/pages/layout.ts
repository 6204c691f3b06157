import { HABIT_NAMES, habitRow } from '../habits/habit-table.ts';
import type { Habits } from '../habits/habits.ts';
import { html, type Markup } from './html.ts';
import { icon, type IconName } from './icons.ts';

const NAVIGATION = [
  ['/', 'Home', 'home'],
  ['/contacts', 'Contacts', 'contacts'],
  ['/companies', 'Companies', 'companies'],
  ['/calls', 'Calls', 'calls'],
  ['/users', 'Users', 'users'],
  ['/requests', 'Requests', 'requests'],
  ['/settings', 'Settings', 'settings'],
  ['/api', 'API', 'code'],
] as const satisfies readonly (readonly [string, string, IconName])[];

/** The place of a page in the navigation. */
export type Place = (typeof NAVIGATION)[number][0];

/** A page before it stands in its frame. */
export interface Page {
  /** Of the browser's tab; the heading is part of the content. */
  readonly title: string;
  readonly place: Place | undefined;
  readonly content: Markup;
  readonly status?: number;
}

export interface Frame {
  readonly habits: Habits;
  /** The state that the page shows: the script asks whether it has changed. */
  readonly state: string;
}

/** The page as a whole document: navigation, the habits that are on, and the content. */
export function inFrame(page: Page, { habits, state }: Frame): string {
  const title = page.place === '/' ? 'Demo CRM' : `${page.title} · Demo CRM`;
  return html`<!doctype html>
    <html lang="en">
      ${head(title)}
      <body data-state="${state}">
        <a class="skip" href="#main">Skip to the content</a>
        <div class="shell">
          <header class="bar">
            <a class="brand" href="/">${LOGO}<span>Demo CRM</span></a>
            <nav aria-label="Pages">
              <ul>
                ${NAVIGATION.map(([href, name, symbol]) => {
                  const current = href === page.place ? html` aria-current="page"` : undefined;
                  return html`<li>
                    <a href="${href}" ${current}>${icon(symbol)}<span>${name}</span></a>
                  </li>`;
                })}
              </ul>
            </nav>
            <p class="about">A CRM of invented people, to try Patchcord with.</p>
          </header>
          <div class="page">
            ${habitsBar(habits)}
            <main id="main" tabindex="-1">${page.content}</main>
            <p class="live" role="status" id="live"></p>
          </div>
        </div>
      </body>
    </html> `.text;
}

/** A page of its own, without navigation: the sign-in. */
export function alone(title: string, content: Markup): string {
  return html`<!doctype html>
    <html lang="en">
      ${head(`${title} · Demo CRM`)}
      <body class="alone">
        <main id="main">
          <p class="brand">${LOGO}<span>Demo CRM</span></p>
          ${content}
        </main>
      </body>
    </html> `.text;
}

function head(title: string): Markup {
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/style.css" />
    <script src="/live.js" defer></script>
  </head>`;
}

function habitsBar({ on }: Habits): Markup | undefined {
  const names = HABIT_NAMES.filter((name) => on[name] !== undefined);
  if (names.length === 0) return undefined;
  const shown = names.map((name) => {
    const left = on[name]?.times ?? null;
    return `${habitRow(name).title}${left === null ? '' : ` (${left} left)`}`;
  });
  return html`<p class="attention" data-live="habits">
    ${icon('warning')}<span
      >Habits that are on: ${shown.join(', ')}. <a href="/settings">Settings</a></span
    >
  </p>`;
}

const LOGO = html`<svg class="logo" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
  <rect width="28" height="28" rx="7"></rect>
  <circle cx="10.500" cy="12" r="3.500"></circle>
  <path
    d="M4.500 21.500c.7-3.400 3-5 6-5s5.300 1.600 6 5M17.500 8.500c2.600.4 4.400 2.200 4.800 4.800M18 5.300c4 .6 6.900 3.500 7.500 7.500"
  ></path>
</svg>`;
