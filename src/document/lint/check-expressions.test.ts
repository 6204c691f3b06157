import { describe, expect, it } from 'vitest';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

function fixOf(when: string): readonly (string | undefined)[] {
  const create = { request_method: 'POST', request_path: '/calls', when };
  const text = documentWith({ API: { CreateActivity: create } });
  return lintDocument(text)
    .filter(({ path }) => path === '/API/CreateActivity/when')
    .map(({ fix }) => fix);
}

describe('a mistake in an expression', () => {
  it.each([
    ["contact_idd == '1'", ['write contact_id']],
    ['$contact_id$', ['write contact_id']],
    ["'a' == $contact_id$", ['write contact_id']],
    ["$Some field$ == 'a'", ['write properties["Some field"]']],
    ["quite_unknown == 'a'", [undefined]],
  ])('%s: says what to write where that is plain', (when, fix) => {
    expect(fixOf(when)).toEqual(fix);
  });
});
