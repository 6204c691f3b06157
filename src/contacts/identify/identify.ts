import { settled, withPossible } from './identified.ts';
import type {
  Identified,
  IdentifyConnection,
  IdentifyDeps,
  LiveAnswer,
  Told,
} from './identified.ts';
import { identifyHere } from './known-here.ts';
import { shownNumber } from '../number-keys/number-key.ts';
import type { NumberKey } from '../number-keys/number-key.ts';
import type { Match } from './match.ts';
import type { RecentAnswer } from './recent-answers.ts';

export interface Question {
  /** As a phone system or a person wrote it. */
  readonly number: string;
  /** Asks the CRM; absent: only what is known here is asked. */
  readonly live?: ((signal: AbortSignal) => Promise<LiveAnswer>) | undefined;
  /** Told when nothing is known here, and the CRM is asked. */
  readonly asking?: (() => void) | undefined;
  /** Told once when the CRM answers after all. */
  readonly late?: ((identified: Identified) => void) | undefined;
  /** Ask the CRM again even if it has answered just now. */
  readonly afresh?: boolean | undefined;
  /**
   * Whoever asked has gone: then the CRM is not asked any further, unless the answer is late already. Or
   * what makes it, if the CRM is asked.
   */
  readonly signal: AbortSignal | (() => AbortSignal);
}

/** A phone is ringing while this is asked: an answer that comes later is told, but not awaited. */
const LIVE_LIMIT_MS = 2_000;

/** Who has the number: what is known here, else what the CRM says within 2 seconds. */
export async function identify(
  deps: IdentifyDeps,
  connection: IdentifyConnection,
  question: Question,
): Promise<Identified> {
  const { number, live, afresh = false } = question;
  const here = await identifyHere(deps, connection, number);
  if (here.identified !== undefined) return here.identified;
  const { possible } = here;
  const key = deps.keys.keyOf(number, connection.country);
  const { digits } = key;
  const recent = afresh ? undefined : deps.recent.find(connection.id, digits);
  if (recent !== undefined) {
    return withPossible(remembered(connection, { recent, key }, here.told), possible);
  }
  if (live === undefined) {
    const message = 'Neither the index nor a contact made here has this number.';
    const nobody = { status: 'not_found' as const, matches: [], message };
    return withPossible(settled(connection, nobody, here.told), possible);
  }
  question.asking?.();
  const asked = { ...question, live, digits, before: here.told, possible };
  return withPossible(await askInTime(deps, connection, asked), possible);
}

function remembered(
  connection: IdentifyConnection,
  { recent, key }: { readonly recent: RecentAnswer; readonly key: NumberKey },
  before: readonly Told[],
): Identified {
  const matches = recent.kind === 'found' ? recent.matches : [];
  const count = matches.length;
  const message =
    count === 0
      ? 'The CRM knew nobody just now.'
      : 'The CRM answered just now, and is not asked again.';
  const told: Told = {
    source: 'memory',
    asked: shownNumber(key),
    answered: count,
    matched: count,
    message,
    ms: 0,
  };
  const status = count === 0 ? 'not_found' : 'found';
  return settled(connection, { status, matches, message }, [...before, told]);
}

const ANSWERED = 'answered';

async function askInTime(
  deps: IdentifyDeps,
  connection: IdentifyConnection,
  question: Omit<Question, 'live'> & {
    readonly live: (signal: AbortSignal) => Promise<LiveAnswer>;
    readonly digits: string;
    readonly before: readonly Told[];
    readonly possible: readonly Match[];
  },
): Promise<Identified> {
  const { clock, closing } = deps;
  const { before, late, possible } = question;
  const signal = typeof question.signal === 'function' ? question.signal() : question.signal;
  // Whoever asked may go as soon as they have an answer; the CRM's own is awaited all the same.
  const gone = new AbortController();
  const leave = (): void => {
    gone.abort(signal.reason);
  };
  signal.addEventListener('abort', leave, { once: true });
  if (signal.aborted) leave();
  const inTime = new AbortController();
  const answer = question.live(AbortSignal.any([gone.signal, closing])).then((live) => {
    if (live.status === 'not_found') {
      deps.recent.keep(connection.id, question.digits, { kind: 'nobody' });
    }
    return settled(connection, live, [...before, ...live.told]);
  });
  try {
    const timeOut = clock.sleep(LIVE_LIMIT_MS, inTime.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    const first = await Promise.race([answer, timeOut]);
    if (first !== 'late') return first;
  } finally {
    // Without a reason of ours an error is made for it, with its stack: a screen waits meanwhile.
    inTime.abort(ANSWERED);
    signal.removeEventListener('abort', leave);
  }
  const tell = (identified: Identified): void => {
    const { matches } = identified;
    // Whoever asks again in a moment need not wait so long again.
    if (matches.length > 0)
      deps.recent.keep(connection.id, question.digits, { kind: 'found', matches });
    late?.(withPossible(identified, possible));
  };
  // A fault in what nobody waits for any more has no one to tell.
  answer.then(tell).catch(() => undefined);
  const told: Told = {
    ...{ source: 'crm', asked: question.digits, answered: 0, matched: 0, ms: LIVE_LIMIT_MS },
    message: 'The CRM has not answered within 2 seconds.',
  };
  const message = `${told.message} Ask again in a moment; screens are told when it answers.`;
  const none = { matches: [], chosen: undefined, told: [...before, told] };
  return { connectionId: connection.id, status: 'late', message, ...none };
}
