import { expect, test } from 'vitest';

import { asSentence } from './as-sentence.ts';

test.each([
  ['The CRM refused', 'The CRM refused.'],
  ['The CRM refused. ', 'The CRM refused.'],
  ['It says: "too long"', 'It says: "too long".'],
  ['It says: "The token has expired."', 'It says: "The token has expired."'],
  ['(Really?)', '(Really?)'],
])('%j as a sentence is %j', (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
});
