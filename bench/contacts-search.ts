import { madeUpContact, randomOf } from '../src/contacts/index/testing/made-up-contacts.ts';
import { wordsOf } from '../src/contacts/words.ts';
import {
  CONTACT_BOOK,
  contactCount,
  fillContacts,
  openContactWorld,
} from './load/contact-world.ts';
import type { ContactWorld } from './load/contact-world.ts';
import { quantile, sorted } from './load/quantile.ts';
import { namedPostgres } from './load/world.ts';
import type { BenchRow } from './row.ts';

const GOAL_MS = 15;
const SEARCHES = 400;
const FOUND = 20;
const LONGEST = 5;
/** As often people type the name of a company. */
const COMPANIES = 0.3;

/** How long a search takes by the number of characters that are typed, the way to the thread included. */
export async function contactSearchFigures(): Promise<readonly BenchRow[]> {
  const postgres = namedPostgres();
  const rows = await measure('SQLite', undefined);
  return postgres === undefined ? rows : [...rows, ...(await measure('PostgreSQL', postgres))];
}

async function measure(name: string, postgres: string | undefined): Promise<readonly BenchRow[]> {
  const world = await openContactWorld(postgres);
  try {
    const count = contactCount();
    await fillContacts(world, count);
    await timeSearches(world, queriesOf(count, 3, 9));
    const rows: BenchRow[] = [];
    for (let length = 1; length <= LONGEST; length += 1) {
      const times = await timeSearches(world, queriesOf(count, length, length));
      const value = quantile(times, 0.95);
      rows.push({
        figure: `search for ${length} typed ${length === 1 ? 'character' : 'characters'} among ${count.toLocaleString('en')} contacts, p95, ${name} (p50 ${quantile(times, 0.5).toFixed(1)} ms)`,
        value,
        unit: 'ms',
        goal: `at most ${GOAL_MS} ms`,
        holds: value <= GOAL_MS,
        note: `slowest ${(times.at(-1) ?? 0).toFixed(0)} ms`,
      });
    }
    return rows;
  } finally {
    await world.close();
  }
}

/** The first characters of words of contacts, as often as the words stand there. */
function queriesOf(count: number, length: number, seed: number): readonly string[] {
  const random = randomOf(seed);
  return Array.from({ length: SEARCHES }, () => {
    const contact = madeUpContact(Math.floor(random() * count));
    const isCompany = length > 1 && random() < COMPANIES;
    const words = wordsOf(isCompany ? (contact.company ?? contact.name) : contact.name);
    const word = words[Math.floor(random() * words.length)] ?? '';
    return Array.from(word).slice(0, length).join('');
  });
}

async function timeSearches(
  { index }: ContactWorld,
  queries: readonly string[],
): Promise<readonly number[]> {
  const { signal } = new AbortController();
  const times: number[] = [];
  for (const query of queries) {
    const start = performance.now();
    await index.search(CONTACT_BOOK, query, { limit: FOUND, signal });
    times.push(performance.now() - start);
  }
  return sorted(times);
}
