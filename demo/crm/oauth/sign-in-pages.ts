import { DEMO_PASSWORD } from '../api/sessions.ts';
import { alone } from '../pages/layout.ts';
import { html } from '../pages/html.ts';
import { avatar } from '../pages/parts.ts';
import type { User } from '../records.ts';

/** The page that asks who signs in. `message` says what was wrong with the try before. */
export function signInPage(
  uid: string,
  { users, email, message }: { users: readonly User[]; email: string; message?: string },
): string {
  return alone(
    'Sign in',
    html` <h1>Sign in</h1>
      <p class="quiet">Patchcord wants to work with this CRM. Sign in to allow it.</p>
      ${message === undefined ? undefined : html`<p class="attention" role="alert">${message}</p>`}
      <form method="post" action="/sign-in/${uid}">
        <label for="email">E-mail address</label>
        <input
          id="email"
          name="email"
          type="email"
          value="${email}"
          list="emails"
          autocomplete="username"
          required
        />
        <datalist id="emails">
          ${users.map((user) => html`<option value="${user.email}">${user.name}</option>`)}
        </datalist>
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          aria-describedby="hint"
        />
        <p class="quiet" id="hint">
          Everybody here has the password <code>${DEMO_PASSWORD}</code>.
        </p>
        <span class="steps"
          ><button class="button main" name="act" value="sign-in">Sign in</button
          ><button class="button" name="act" value="deny" formnovalidate>Cancel</button></span
        >
      </form>`,
  );
}

/** The page that asks whether an application may do what it wants to. */
export function consentPage(uid: string, { user, site }: { user: User; site: string }): string {
  return alone(
    'Allow access',
    html` <h1>Allow Patchcord to work here?</h1>
      <div class="panel card">
        ${avatar(user.name)}<span class="grow"
          >${user.name}<span class="under">${user.email}</span></span
        >
      </div>
      <p>Patchcord will be able to:</p>
      <ul class="ticks">
        <li>read users, contacts and companies</li>
        <li>make and change contacts</li>
        <li>log calls and attach recordings</li>
      </ul>
      <p class="quiet">You go back to ${site} afterwards.</p>
      <form method="post" action="/sign-in/${uid}">
        <span class="steps"
          ><button class="button main" name="act" value="allow">Allow</button
          ><button class="button" name="act" value="deny">Do not allow</button></span
        >
      </form>`,
  );
}

/** What a person sees where a sign-in cannot go on. */
export function signInProblem(message: string): string {
  return alone(
    'Sign-in stopped',
    html`<h1>The sign-in stopped</h1>
      <p>${message}</p>
      <p>Go back to Patchcord and start it again.</p>`,
  );
}
