import { API_ROUTES } from '../api/api.ts';
import type { Route } from '../api/route.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './layout.ts';
import type { View } from './view.ts';

/** The API for people, made from the table of its routes. */
export function apiPage({ origin }: View): Page {
  const groups = Map.groupBy(API_ROUTES, ({ name }) => name.split('/')[2] ?? '');
  const content = html` <h1>API</h1>
    <p class="lead">
      JSON over HTTP at <code>${origin}/api</code>, with a
      <a href="/settings#sign-in">sign-in</a> of any kind. A refusal says why in <code>error</code>;
      a list comes in pages. An unknown filter is refused, unless a habit is on. Ids are texts.
    </p>
    <nav class="jump" aria-label="On this page">
      ${[...groups.keys()].map((group) => html`<a href="#${group}">${heading(group)}</a> `)}<a
        href="#habits"
        >Habits</a
      >
    </nav>
    ${[...groups].map(
      ([group, routes]) =>
        html`<section aria-labelledby="${group}">
          <h2 id="${group}">${heading(group)}</h2>
          ${routes.map(routePart)}
        </section>`,
    )}
    <section aria-labelledby="habits">
      <h2 id="habits">Habits</h2>
      <article class="panel route">
        <h3><span class="method">PUT</span> <span class="path">/habits</span></h3>
        <p>
          Switches habits, by their names; <code>true</code>, <code>false</code>, or an object.
          <code>GET</code> lists them, <code>DELETE</code> switches all off. No sign-in.
        </p>
        ${example('Takes', { rate_limit: { times: 3, seconds: 2 }, slow: { percent: 50 }, lost_answer: { times: 1, only: 'POST /api/calls' } })}
      </article>
    </section>`;
  return { title: 'API', place: '/api', content };
}

function heading(group: string): string {
  return group === 'me' ? 'Account' : `${group.charAt(0).toUpperCase()}${group.slice(1)}`;
}

function routePart({ name, does, query, takes, gives }: Route): Markup {
  const [method = '', path = ''] = name.split(' ');
  const filters = Object.entries(query ?? {});
  return html`<article class="panel route">
    <h3>
      <span class="method">${method}</span> <span class="path">${path.replace('*', '{id}')}</span>
    </h3>
    <p>${does}</p>
    ${
      filters.length === 0
        ? undefined
        : html`<dl class="facts">
            ${filters.map(
              ([filter, means]) =>
                html`<div>
                  <dt><code>${filter}</code></dt>
                  <dd>${means}</dd>
                </div>`,
            )}
          </dl>`
    }
    ${takes === undefined ? undefined : example('Takes', takes)}
    ${gives === undefined ? undefined : example('Gives', gives)}
  </article>`;
}

function example(label: string, value: unknown): Markup {
  return html`<details>
    <summary>${label}</summary>
    <pre>${JSON.stringify(value, null, 2)}</pre>
  </details>`;
}
