import type { Note } from '../document/values/values.ts';
import type { AskedRequest, MethodRun } from './method-call.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';

/** What a run has to tell, gathered over all its requests. */
export interface RunLog {
  /** Monotonic milliseconds at its first request. */
  readonly started: number;
  /** Exchanges so far, those too that are not kept. */
  sent(): number;
  exchange(exchange: ScrubbedExchange): void;
  /** Tells something once. */
  note(...notes: readonly Note[]): void;
  asked(request: AskedRequest): void;
  told(): Pick<MethodRun, 'exchanges' | 'notes' | 'asked'>;
}

/** Exchanges of one run that are kept: the first and the last half of these. */
const EXCHANGES_MAX = 40;

/** Different notes of one run; some tell counts, and a list may have very many pages. */
const NOTES_MAX = 200;

/** Adds an exchange; of very many those in the middle go. */
export function keepExchange(exchanges: ScrubbedExchange[], exchange: ScrubbedExchange): void {
  if (exchanges.length >= EXCHANGES_MAX) exchanges.splice(EXCHANGES_MAX / 2, 1);
  exchanges.push(exchange);
}

/** A log of nothing yet. */
export function createRunLog(started: number): RunLog {
  const exchanges: ScrubbedExchange[] = [];
  const requests: AskedRequest[] = [];
  const notes = new Map<string, Note>();
  let count = 0;
  return {
    started,
    sent: () => count,
    exchange: (exchange) => {
      count += 1;
      keepExchange(exchanges, exchange);
    },
    note: (...added) => {
      for (const note of added) {
        if (notes.size < NOTES_MAX && !notes.has(note.message)) notes.set(note.message, note);
      }
    },
    asked: (request) => {
      requests.push(request);
    },
    told: () => ({ exchanges, notes: [...notes.values()], asked: requests }),
  };
}
