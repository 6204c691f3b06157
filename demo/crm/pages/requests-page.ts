import { html } from './html.ts';
import type { Page } from './layout.ts';
import { requestTable } from './request-table.ts';
import type { View } from './view.ts';

/** What the API was asked lately: here a newcomer sees what Patchcord sends. */
export function requestsPage(view: View): Page {
  const content = html` <h1>Requests of the API</h1>
    <p class="quiet lead">
      The last 100, newest first: a line unfolds to what was sent and answered. Tokens and passwords
      are never kept.
    </p>
    ${requestTable(view)}`;
  return { title: 'Requests', place: '/requests', content };
}
