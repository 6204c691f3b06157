import { html } from './html.ts';
import type { Page } from './layout.ts';

/** What a person sees where a page cannot be shown. */
export function problemPage(status: number, message: string): Page {
  const title = status === 404 ? 'Nothing here' : 'This did not work';
  const content = html` <h1>${title}</h1>
    <p>${message}</p>
    <p><a class="button" href="/">Go to the first page</a></p>`;
  return { title, place: undefined, content, status };
}
