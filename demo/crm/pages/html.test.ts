import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { html, Markup } from './html.ts';

describe('markup', () => {
  it('takes whatever is put in as text, in content and in attributes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { text: made } = html`<p title="${text}">${[text, html`<b>${text}</b>`]}</p>`;
        const bare = made.replaceAll(/<\/?(p|b)\b( title="[^"<>]*")?>/g, '');

        expect(bare).not.toMatch(/[<>"']/);
        expect(bare).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
      }),
      { seed: 7 },
    );
  });

  it('joins lists and leaves out what is not there', () => {
    expect(html`${['a', 1, undefined, [html`<i></i>`]]}`).toEqual(new Markup('a1<i></i>'));
  });
});
