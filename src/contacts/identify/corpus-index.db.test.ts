import { expect, it } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import { person, openTestIndex } from '../index/testing/open-index.ts';
import { NEIGHBOURS } from '../number-keys/testing/neighbours.ts';
import { peopleOfAllRegions } from '../number-keys/testing/people.ts';
import { SPELLINGS } from '../number-keys/testing/spellings.ts';

const PLACE = { abroad: '00', trunk: undefined };

describeDatabases('the index with people of all regions', (databases) => {
  it('knows each by any spelling that names the country, and nobody else', async () => {
    const { index, close } = await openTestIndex(databases);
    const of = { organizationId: 'org-1', connectionId: 'con-1' };
    const people = peopleOfAllRegions().filter((_, at) => at % 3 === 0);
    const spellings = SPELLINGS.filter(({ national }) => !national);
    const spelled = (at: number): string => {
      const one = people[at % people.length];
      const spell = spellings[at % spellings.length];
      if (one === undefined || spell === undefined) return '';
      return spell.spell(one.number, PLACE) ?? one.number.number;
    };
    const contacts = people.map(({ id }, at) => person(id, { phones: [spelled(at)] }));
    await index.put(of, contacts, { source: 'crm', country: 'FR' });

    const wrong: unknown[] = [];
    for (const [at, { id, country, number }] of people.entries()) {
      const spell = spellings[(at * 7) % spellings.length];
      const asked = spell?.spell(number, PLACE) ?? number.number;
      for (const home of ['FR', NEIGHBOURS[country] ?? 'FR']) {
        const hits = await index.byNumber(of, asked, { country: home });
        const found = hits.map(({ crmId }) => crmId);
        if (found.join(' ') !== id) wrong.push({ id, asked, home, found, stored: spelled(at) });
      }
    }
    await close();

    // Some numbers without plus are numbers of the connection's country first.
    expect(wrong.length / (2 * people.length)).toBeLessThan(0.005);
    expect(wrong.filter((one) => JSON.stringify(one).includes('"found":["'))).toEqual([]);
  });
});
