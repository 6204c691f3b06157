import { describe, expect, test } from 'vitest';

import { asHtml, html } from './html.ts';

describe('html', () => {
  test.each([
    ['a text is escaped', html`<p>${'<b>&"\''}</p>`, '<p>&lt;b&gt;&amp;&quot;&#39;</p>'],
    [
      'a piece of HTML stands as it is',
      html`<p>${html`<b>${'a<b'}</b>`}</p>`,
      '<p><b>a&lt;b</b></p>',
    ],
    [
      'a list is joined',
      html`<ul>
        ${[html`<li>1</li>`, '<2>']}
      </ul>`,
      '<ul><li>1</li>&lt;2&gt;</ul>',
    ],
    ['nothing is nothing', html`<p>${undefined}</p>`, '<p></p>'],
    ['a number is a number', html`<p>${7}</p>`, '<p>7</p>'],
    ['our own HTML is not escaped', html`${asHtml('<hr>')}`, '<hr>'],
  ])('%s', (_name, piece, expected) => {
    // Blanks between elements mean nothing, and the formatter of the sources moves them.
    expect(piece.html.replaceAll(/\n\s*/gu, '')).toBe(expected);
  });
});
