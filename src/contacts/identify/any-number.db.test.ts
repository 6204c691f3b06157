import fc from 'fast-check';
import { expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { ContactRecord } from '../contact-record.ts';
import type { NumberMatch } from '../index/contact-index.ts';
import { openTestIndex, person } from '../index/testing/open-index.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { askNumber, BEST_FIRST } from '../number-keys/number-question.ts';
import { peopleOfAllRegions } from '../number-keys/testing/people.ts';
import { SPELLINGS } from '../number-keys/testing/spellings.ts';

const CONTACTS = 300;
const QUESTIONS = 600;
const COUNTRY = 'DE';
const PLACE = { abroad: '00', trunk: undefined };

const keys = createNumberKeys();

/** A number, as somebody may have written it into a field or a phone may tell it. */
const written = fc
  .tuple(
    fc.constantFrom(...peopleOfAllRegions()),
    fc.constantFrom(...SPELLINGS),
    fc.constantFrom('', '', '', '', '1', '0'),
  )
  .map(([{ number }, { spell }, end]) => `${spell(number, PLACE) ?? number.number}${end}`);
const switchboard = fc.nat({ max: 30 }).map((at) => `030 901${String(100 + at)}`);
/** In no plan. */
const newRange = fc
  .tuple(fc.nat({ max: 9 }), fc.constantFrom('0166', '+49 166', '0049 (0)166', '+49166'))
  .map(([end, begin]) => `${begin} 123456${String(end)}`);
const field = fc.oneof(
  { weight: 6, arbitrary: written },
  { weight: 1, arbitrary: fc.tuple(written, written).map((both) => both.join(' / ')) },
  { weight: 1, arbitrary: fc.tuple(written, written).map((both) => both.join('; ')) },
  { weight: 1, arbitrary: newRange },
  { weight: 1, arbitrary: switchboard.map((base) => `${base}-0`) },
  { weight: 1, arbitrary: fc.tuple(switchboard, fc.nat({ max: 40 })).map((of) => of.join('-')) },
  { weight: 1, arbitrary: fc.tuple(switchboard, fc.nat({ max: 40 })).map((of) => of.join(' DW ')) },
  { weight: 1, arbitrary: fc.constantFrom('101', '112', '*97', 'ask Bob', '-', 'anonymous', '') },
);
const contact = fc.tuple(fc.boolean(), fc.array(field, { maxLength: 3 }));

/** All contacts looked at, one after the other. */
function naively(
  contacts: readonly ContactRecord[],
  asked: string,
  suffix: number | undefined,
): readonly string[] {
  const { judge, exact } = askNumber(keys, asked, { country: COUNTRY, suffix });
  if (exact === '') return [];
  const levels = contacts.map(({ kind, phones }): NumberMatch | undefined => {
    const known = phones.map((phone) => judge(phone));
    return BEST_FIRST.find(
      (level) => known.includes(level) && !(level === 'switchboard' && kind === 'person'),
    );
  });
  const best = BEST_FIRST.find((level) => levels.includes(level));
  if (best === undefined) return [];
  return contacts.flatMap(({ crmId }, at) => (levels[at] === best ? [`${crmId} ${best}`] : []));
}

describeDatabases('the owners of any number', (databases) => {
  it('are those whom looking at each contact finds', async () => {
    const { index, close } = await openTestIndex(databases);
    const of = { organizationId: 'org-1', connectionId: 'con-1' };
    const drawn = fc.sample(contact, { seed: 5, numRuns: CONTACTS });
    const contacts = drawn.map(([isCompany, phones], at) =>
      person(String(at), { phones, kind: isCompany ? 'company' : 'person' }),
    );
    await index.put(of, contacts, { source: 'crm', country: COUNTRY });

    const questions = fc.sample(
      fc.tuple(
        fc.oneof(field, fc.constantFrom(...contacts.flatMap(({ phones }) => phones))),
        fc.constantFrom(undefined, undefined, 5, 8),
      ),
      { seed: 6, numRuns: QUESTIONS },
    );
    const wrong: unknown[] = [];
    let found = 0;
    for (const [asked, suffix] of questions) {
      const hits = await index.byNumber(of, asked, { country: COUNTRY, suffix });
      const told = hits.map(({ crmId, matched }) => `${crmId} ${matched}`);
      const expected = naively(contacts, asked, suffix);
      if (told.length > 0) found += 1;
      if (told.join() !== expected.join()) wrong.push({ asked, suffix, told, expected });
    }
    await close();

    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(QUESTIONS / 2);
  });
});
