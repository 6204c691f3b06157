import { describe, expect, it } from 'vitest';
import { compileEscape } from './escapes.ts';

describe('compileEscape', () => {
  it.each([
    ['soql', `\\ ' " \n\r\t %`, String.raw`\\ \' \" \n\r\t %`],
    ['sosl', `?&|!{}[]()^~*:+-'"\\`, String.raw`\?\&\|\!\{\}\[\]\(\)\^\~\*\:\+\-\'\"\\`],
    ['odata', `O'Brien's "x"`, `O''Brien''s "x"`],
    ['sql', `O'Brien \\`, `O''Brien \\`],
    ['lucene', `+-&|!(){}[]^"~*?:\\/ a'`, String.raw`\+\-\&\|\!\(\)\{\}\[\]\^\"\~\*\?\:\\\/ a'`],
    ['json', `"\\\n'`, String.raw`\"\\\n'`],
    ['xml', `&<>"'`, '&amp;&lt;&gt;&quot;&#39;'],
    ['like', String.raw`50%_\ `, String.raw`50\%\_\\ `],
  ])('writes for %s', (name, text, escaped) => {
    expect(compileEscape(name)?.(text)).toBe(escaped);
  });

  it('applies a list in its order', () => {
    expect(compileEscape(['like', 'soql'])?.(`50%'`)).toBe(String.raw`50\\%\'`);
    expect(compileEscape(['soql', 'like'])?.(`50%'`)).toBe(String.raw`50\%\\'`);
  });

  it.each([[undefined], [[]], ['latin'], [7]])('is none for %j', (declared) => {
    expect(compileEscape(declared)).toBeUndefined();
  });
});
