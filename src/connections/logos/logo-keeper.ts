import type { Egress } from '../../http/egress.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import type { Clock } from '../../time/clock.ts';
import { fetchLogo } from './fetch-logo.ts';
import { claimLogos, listUnseen, noteLogo, settleLogo } from './logos-repository.ts';
import type { DueLogo } from './logos-repository.ts';

export interface LogoKeeper {
  /** Looks now, and again from time to time. */
  start(): void;
  /** A document was published. */
  wake(): void;
  /** Ends the fetches under way; they are made again later. */
  close(): Promise<void>;
}

export interface LogoKeeperDeps {
  readonly database: Database;
  readonly egress: Pick<Egress, 'send'>;
  readonly clock: Clock;
  /** The `logo` of a document; `undefined` where it names none. */
  readonly logoOf: (document: string) => string | undefined;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Looking for what nobody announced to this process, in milliseconds. */
  readonly pollEveryMs?: number;
}

const POLL_EVERY_MS = 60_000;
const AT_ONCE = 4;
/** Longer than a fetch may take. */
const CLAIM_MS = 60_000;
/** A minute, then five times as long each time: after the last try a day and a quarter have passed. */
const FIRST_WAIT_MS = 60_000;
const TRIES = 6;

/** Keeps a copy of the picture of each integration, so that no browser asks a stranger for it. */
export function createLogoKeeper(deps: LogoKeeperDeps): LogoKeeper {
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      try {
        await keepLogos(deps, closing.signal);
      } catch (err) {
        if (!closing.signal.aborted) deps.log.warn({ err }, 'fetching logos failed; trying again');
        return;
      }
    } while (again && !closing.signal.aborted);
  };
  const wake = (): void => {
    if (closing.signal.aborted) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
    });
  };
  const poll = async (): Promise<void> => {
    for (;;) {
      try {
        await deps.clock.sleep(deps.pollEveryMs ?? POLL_EVERY_MS, closing.signal);
      } catch {
        return;
      }
      wake();
    }
  };
  let polling: Promise<void> | undefined;
  return {
    start: () => {
      wake();
      polling ??= poll();
    },
    wake,
    close: async () => {
      closing.abort();
      await Promise.all([running, polling]);
    },
  };
}

/** Looks at documents that are new, then fetches what is due, until neither is left. */
export async function keepLogos(deps: LogoKeeperDeps, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  for (;;) {
    const unseen = await listUnseen(database.read, ADMIN, AT_ONCE);
    if (unseen.length > 0) {
      await database.write(async (transaction) => {
        for (const { document, url: before, ...row } of unseen) {
          const url = deps.logoOf(document) ?? null;
          const state = url === null ? 'none' : 'wanted';
          const same = url !== null && url === before;
          await noteLogo(transaction, { ...row, url, state, same, updated_at: database.now() });
        }
      });
    }
    const due = await database.write(async (transaction) => {
      const now = database.now();
      return await claimLogos(transaction, ADMIN, { now, until: now + CLAIM_MS, limit: AT_ONCE });
    });
    await Promise.all(due.map((logo) => fetchOne(deps, logo, signal)));
    if ((unseen.length === 0 && due.length === 0) || signal.aborted) return;
  }
}

async function fetchOne(deps: LogoKeeperDeps, due: DueLogo, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  const { url, organization_id: organizationId } = due;
  const fetched = await fetchLogo(deps, { url, organizationId, signal });
  // This process ends: the claim lapses, and the next one begins anew.
  if (signal.aborted) return;
  const now = database.now();
  const tries = due.tries + 1;
  await database.write(async (transaction) => {
    if (fetched.status === 'stored') {
      await settleLogo(transaction, due, { state: 'stored', logo: fetched.logo, now });
      return;
    }
    const ends = fetched.status === 'never' || tries >= TRIES;
    await settleLogo(transaction, due, {
      state: ends ? 'unavailable' : 'wanted',
      message: fetched.message,
      tries,
      readyAt: now + FIRST_WAIT_MS * 5 ** (tries - 1),
      now,
    });
  });
}
