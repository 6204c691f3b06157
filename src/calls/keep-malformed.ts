import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import { DEPTH_MAX, isDeeperThan } from './call-event.ts';
import type { ParsedEvent } from './call-event.ts';
import { keptBody } from './kept-body.ts';
import { insertRefusedEvent } from './refused-events-repository.ts';
import { storableJson } from './storable-json.ts';

/** More of an event that is none is not kept. */
const KEPT_CHARACTERS = 16_384;

/**
 * Keeps an event that has a wrong form for some days, so that whoever connects a phone system sees
 * what it sent and what is wrong with it. Addresses in it are without what may be a permission.
 */
export async function keepMalformed(
  deps: { readonly database: Database; readonly ids: Ids },
  work: {
    readonly phoneSystemId: string;
    readonly body: unknown;
    readonly problem: Extract<ParsedEvent, { readonly ok: false }>;
  },
): Promise<void> {
  const { body, problem } = work;
  // Named before the transaction: several run at the same time, and the oldest go first.
  const row = {
    id: deps.ids.next(),
    phone_system_id: work.phoneSystemId,
    domain: null,
    code: problem.code,
    message: problem.message,
    body: keptText(body),
    received_at: deps.database.now(),
  };
  await deps.database.write((transaction) => insertRefusedEvent(transaction, row));
}

/** JSON: the body itself, or the beginning of its text where it is too large. */
function keptText(body: unknown): string {
  if (isDeeperThan(body, DEPTH_MAX)) return '"It is nested too deeply to be kept."';
  const text = keptBody(body, { recording: recordingOf(body) });
  return text.length <= KEPT_CHARACTERS ? text : storableJson(`${text.slice(0, KEPT_CHARACTERS)}…`);
}

/** Its addresses as far as they are texts. */
function recordingOf(body: unknown): { readonly url?: string; readonly pageUrl?: string } {
  const recording: unknown = Reflect.get(Object(body), 'recording');
  const url: unknown = Reflect.get(Object(recording), 'url');
  const pageUrl: unknown = Reflect.get(Object(recording), 'page_url');
  return {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof pageUrl === 'string' ? { pageUrl } : {}),
  };
}
