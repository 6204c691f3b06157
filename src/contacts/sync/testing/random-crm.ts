import type { Fault, Listed, ListingCrm } from './listing-crm.ts';
import { PAGE_SIZE } from './listing-crm.ts';

/** What somebody does in a CRM. */
export interface Act {
  readonly what: 'add' | 'change' | 'remove';
  /** With whom, counted round. */
  readonly whom: number;
  /** In the way that lists show less of. */
  readonly quietly: boolean;
}

/** More than `since` steps back: what it passes over is not found by chance. */
const BETWEEN_MS = 10 * 60_000;

/** The people of a CRM in which others work, too. */
export class BusyCrm {
  readonly #people: Listed[];
  #next = 1;
  #now = Date.UTC(2026, 0, 1);
  /** Whom it has deleted; they may still be listed, as such. */
  readonly deleted = new Set<string>();

  constructor({ people }: Pick<ListingCrm, 'people'>) {
    this.#people = people;
  }

  /** The names of those who are there, by their ids. */
  get truth(): ReadonlyMap<string, string> {
    const there = this.#people.filter(({ deleted }) => deleted !== true);
    return new Map(there.map(({ id, name }) => [id, name]));
  }

  do({ what, whom, quietly }: Act): void {
    const at = whom % Math.max(1, this.#people.length);
    const one = this.#people[at];
    if (what === 'add') this.#add(quietly);
    else if (one === undefined || one.deleted === true) return;
    else if (what === 'change') this.#change(at, one, quietly);
    else this.#remove(at, one, quietly);
  }

  /** Quietly: at the end of the list. */
  #add(quietly: boolean): void {
    const id = String(this.#next);
    this.#next += 1;
    const made = { id, name: `Person ${id}`, phone: `+4420794${id.padStart(5, '0')}` };
    this.#people.splice(quietly ? this.#people.length : 0, 0, this.#dated(made));
  }

  /** Quietly: where it stands; lists that are sorted by the last change move it to their end. */
  #change(at: number, one: Listed, quietly: boolean): void {
    const changed = this.#dated({ ...one, name: `${one.name}.` });
    this.#people.splice(at, 1);
    this.#people.splice(quietly ? at : this.#people.length, 0, changed);
  }

  /** Quietly: most CRMs no longer list what is deleted. */
  #remove(at: number, one: Listed, quietly: boolean): void {
    this.deleted.add(one.id);
    this.#people.splice(at, 1, ...(quietly ? [] : [this.#dated({ ...one, deleted: true })]));
  }

  #dated(one: Listed): Listed {
    this.#now += BETWEEN_MS;
    return { ...one, changed_at: new Date(this.#now).toISOString() };
  }
}

const asJson =
  (body: object): Fault =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };

/** A list that ends, and that nobody believes. */
export const NOTHING = 'an empty list';

/** What may come instead of a page. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'a failure': (_request, response) => {
    response.writeHead(500).end('{}');
    return true;
  },
  'a refusal for too many': (_request, response) => {
    response.writeHead(429, { 'retry-after': '0' }).end('{}');
    return true;
  },
  'a refusal': (_request, response) => {
    response.writeHead(422, { 'content-type': 'application/json' }).end('{"error":"no"}');
    return true;
  },
  'no answer': (_request, response) => {
    response.destroy();
    return true;
  },
  'half an answer': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '400' });
    response.write('{"records":[{"id":"1","name":"Person 1"},{"id":');
    response.destroy();
    return true;
  },
  'an answer that breaks off': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"records":[{"id":"900001","name":"Nobody"},{"id":"9');
    return true;
  },
  'a page of another kind': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Maintenance</h1>');
    return true;
  },
  [NOTHING]: asJson({ records: [] }),
  'another answer altogether': asJson({ message: 'Come back later.' }),
  'its first page for ever': asJson({
    ...{ records: Array.from({ length: PAGE_SIZE }, (_, at) => ({ id: `900${String(at)}` })) },
    ...{ more: true, cursor: 'c10', next: '/people?cursor=c10' },
  }),
};
