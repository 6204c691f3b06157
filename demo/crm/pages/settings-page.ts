import { DEMO_PASSWORD } from '../api/sessions.ts';
import { HABIT_NAMES, habitRow, type HabitName } from '../habits/habit-table.ts';
import { CLIENT_ID, CLIENT_SECRET } from '../oauth/client.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './layout.ts';
import type { View } from './view.ts';

/** The switches, how to sign in to it, and the way back to the beginning. */
export function settingsPage(view: View): Page {
  const content = html` <h1>Settings</h1>
    <nav class="jump" aria-label="On this page">
      <a href="#habits">Habits</a> <a href="#sign-in">Sign-in</a>
      <a href="#reset">Begin anew</a>
    </nav>
    <section aria-labelledby="habits">
      <h2 id="habits">Habits of real CRMs</h2>
      <p class="quiet lead">
        Each switch makes this CRM as awkward as real ones are, and says what Patchcord makes of it.
        No call is lost: see under <a href="/requests">Requests</a> what was sent, and in
        Patchcord's ledger what waits for what. A number of times or a percentage limits the habit;
        <em>only</em> confines it to requests that begin so, such as <code>POST /api/calls</code> or
        <code>/oauth/token</code>.
      </p>
      <div class="habits" data-live="habits-list">
        ${HABIT_NAMES.map((name) => habit(name, view))}
      </div>
    </section>
    <section aria-labelledby="sign-in">
      <h2 id="sign-in">How to sign in to the API</h2>
      ${signIn(view)}
    </section>
    <section aria-labelledby="reset">
      <h2 id="reset">Begin anew</h2>
      <form class="panel" method="post" action="/settings/reset">
        <p>
          Puts back the people, companies and calls of the beginning. All that was written since
          then goes, recordings and sign-ins by OAuth2 too: Patchcord asks to sign in again.
        </p>
        <button class="button danger">Begin anew</button>
      </form>
    </section>`;
  return { title: 'Settings', place: '/settings', content };
}

function habit(name: HabitName, { habits }: View): Markup {
  const { title, does, then, seconds } = habitRow(name);
  const setting = habits.on[name];
  const isOn = setting !== undefined;
  const left =
    setting === undefined ? 'Off' : setting.times === null ? 'On' : `On, ${setting.times} more`;
  const field = (
    label: string,
    key: string,
    { value, type, hint }: { value: string; type: 'number' | 'text'; hint: string },
  ): Markup =>
    html`<label
      >${label}<input
        name="${key}"
        type="${type}"
        value="${value}"
        placeholder="${hint}"
        ${type === 'number' ? html`min="${key === 'seconds' ? 0 : 1}" step="any"` : html`size="18"`}
    /></label>`;
  return html`<form
    class="panel habit ${isOn ? 'on' : ''}"
    method="post"
    action="/settings/habits"
    id="habit-${name}"
  >
    <input type="hidden" name="habit" value="${name}" />
    <div>
      <h3>${title} <span class="badge ${isOn ? 'ringing' : 'ended'}">${left}</span></h3>
      <p class="quiet">${does}</p>
      <p class="quiet">${then}</p>
    </div>
    <div class="fields">
      ${seconds && field(seconds.label, 'seconds', { value: String(setting?.seconds ?? seconds.initial), type: 'number', hint: '' })}
      ${field('Times', 'times', { value: String(setting?.times ?? ''), type: 'number', hint: 'always' })}
      ${field('Per cent', 'percent', { value: String(setting?.percent ?? 100), type: 'number', hint: '100' })}
      ${field('Only', 'only', { value: setting?.only ?? '', type: 'text', hint: 'all of the API' })}
      <span class="steps"
        ><button class="button ${isOn ? '' : 'main'}" name="on" value="yes">
          ${isOn ? 'Set' : 'Switch on'}</button
        >${isOn ? html`<button class="button" name="on" value="no">Switch off</button>` : undefined}</span
      >
    </div>
  </form>`;
}

function signIn({ tokenFile, origin, crm, withoutOAuth }: View): Markup {
  const [user] = crm.users;
  return html`<dl class="facts panel">
      <div>
        <dt>Bearer</dt>
        <dd>The token is in <code>${tokenFile}</code></dd>
      </div>
      <div>
        <dt>Basic</dt>
        <dd>
          E-mail address of a user, such as <code>${user?.email ?? ''}</code>, and the password
          <code>${DEMO_PASSWORD}</code>
        </dd>
      </div>
      <div>
        <dt>Session</dt>
        <dd>
          <code>POST /api/session</code> with the same, then the header <code>X-Session</code>
        </dd>
      </div>
      <div>
        <dt>OAuth2</dt>
        <dd>
          ${withoutOAuth ?? html`Client ID <code>${CLIENT_ID}</code>, client secret <code>${CLIENT_SECRET}</code>; <code>${origin}/oauth/auth</code>, <code>${origin}/oauth/token</code>, code with PKCE; refresh tokens are rotated`}
        </dd>
      </div>
    </dl>
    <p class="quiet">
      The people are invented and this CRM listens on this machine only: that is why its passwords
      stand here.
    </p>`;
}
