import { isDeepStrictEqual } from 'node:util';

import { createPhoneNumbers } from '../src/contacts/phone-number.ts';
import { compileDocument } from '../src/document/compile.ts';
import { firstRequest } from '../src/document/method-requests.ts';
import { answer, DOCUMENT, RECORDS, VALUES } from './document/crm-list.ts';
import { readRecords, writeRequest } from './document/hand-written.ts';
import { throughJsonata } from './document/in-jsonata.ts';
import { medianOf, mediansOf } from './document/median.ts';
import { printTable } from './print-table.ts';
import type { BenchRow } from './row.ts';

const RUNS = { warm: 100, runs: 201, calls: 20 };
const MOST_OF_HAND_WRITTEN = 2;
const LEAST_OF_JSONATA = 10;

/**
 * Microseconds to render the request for a page of contacts and to bind the 100 records of its answer,
 * beside the same by hand and by JSONata: values to a request, a parsed answer to records. Throws when
 * the three do not give the same.
 */
export async function renderFigures(): Promise<readonly BenchRow[]> {
  const tree = answer();
  // JSONata marks the lists that it was given.
  const treeOfItsOwn = answer();
  const own = createOwn();
  const byHand = (): readonly unknown[] => [writeRequest(VALUES), readRecords(tree)];
  const byJsonata = (): Promise<readonly unknown[]> => throughJsonata(VALUES, treeOfItsOwn);
  const [ours, hand, jsonata] = [own(tree), byHand(), await byJsonata()].map(comparable);
  if (!isDeepStrictEqual(ours, hand)) throw new Error('By hand the result is another one.');
  if (!isDeepStrictEqual(ours, jsonata)) throw new Error('By JSONata the result is another one.');

  const [time = 0, timeByHand = 0] = await mediansOf([() => own(tree), byHand], RUNS);
  // Last, for it fills the memory and the caches of the machine.
  const timeByJsonata = await medianOf(byJsonata, { warm: 50, runs: 51 });
  const figure = `render a request and bind an answer of ${RECORDS} records`;
  const toHand = time / timeByHand;
  const toJsonata = time / timeByJsonata;
  return [
    {
      figure,
      value: micro(time),
      unit: 'µs',
      comparison: { what: 'JavaScript by hand', value: micro(timeByHand), ratio: toHand },
      goal: `at most ${MOST_OF_HAND_WRITTEN} times by hand`,
      holds: toHand <= MOST_OF_HAND_WRITTEN,
    },
    {
      figure,
      value: micro(time),
      unit: 'µs',
      comparison: { what: 'JSONata', value: micro(timeByJsonata), ratio: toJsonata },
      goal: `at least ${LEAST_OF_JSONATA} times faster`,
      holds: toJsonata <= 1 / LEAST_OF_JSONATA,
    },
  ];
}

/** What the server does: one compiled document, a request rendered, the answer's tree bound. */
function createOwn(): (tree: ReturnType<typeof answer>) => readonly unknown[] {
  const document = compileDocument(DOCUMENT);
  const request = firstRequest(document, 'Contacts');
  if (request === undefined) throw new Error('The document has no Contacts.');
  const phones = createPhoneNumbers();
  const { since, page, apiKey } = VALUES;
  const origins = document.originsOf({ 'API key': apiKey });
  return (tree) => {
    const properties = { 'API key': apiKey };
    const values = { since };
    const rendered = request.render({
      values,
      properties,
      country: 'GB',
      timezone: 'Europe/London',
      phones,
      boundary: 'boundary',
      moving: { page, page_size: RECORDS },
      origins,
    });
    if (rendered.status !== 'request') throw new Error(`Rendering stopped: ${rendered.status}.`);
    const bound = request.bind.read(tree, { values, properties });
    if (bound.status !== 'bound') throw new Error(`The answer was not bound: ${bound.status}.`);
    const { method, url, headers } = rendered.request;
    return [{ method, url, headers }, bound.records];
  };
}

/** As data alone: records of ours have no prototype, JSONata marks its lists. */
function comparable(result: readonly unknown[]): unknown {
  return sortedKeys(JSON.parse(JSON.stringify(result)));
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, each]) => each !== null && each !== '');
  return Object.fromEntries(
    members.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sortedKeys(each)]),
  );
}

function micro(milliseconds: number): number {
  return milliseconds * 1_000;
}

if (import.meta.main) printTable(await renderFigures());
