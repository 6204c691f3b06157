import { addressTokens } from '../text/hide-address-tokens.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import { callValues } from './call-values.ts';
import type { LaneMemory } from './call-values.ts';
import type { LoadedLane } from './load-lane.ts';
import { findContactClaim } from './made-contact-repository.ts';
import { contactKey, madeContact } from './made-contacts.ts';
import { addressBook } from './recording-addresses.ts';
import type { AddressBook } from './recording-addresses.ts';
import type { Step, StepMethod } from './step.ts';
import type { RecordingSource } from './step-recording.ts';
import type { StepCall, StepFile } from './step-runner.ts';
import type { Database } from '../store/database.ts';

interface ValuesDeps {
  readonly database: Pick<Database, 'read' | 'now'>;
  readonly recordings: RecordingSource;
}

/** What a document may know of the call, and what of it the ledger must not show. */
export async function stepValues(
  deps: ValuesDeps,
  work: { readonly loaded: LoadedLane; readonly step: Step; readonly connection: CallConnection },
  method: StepMethod | 'FindActivity',
  file?: StepFile,
): Promise<Pick<StepCall, 'values' | 'hidden'>> {
  const { loaded, step, connection } = work;
  const told = connection.options.recordings !== 'none';
  const addresses = told ? await addressesOf(deps, loaded) : NO_ADDRESSES;
  const values = callValues({
    facts: loaded.facts,
    memory: await withMade(deps, loaded, connection),
    owner: loaded.owner,
    callKey: loaded.lane.call_key,
    texts: connection.options.texts,
    connection,
    method,
    reasons: step.reasons,
    onlyConnection: loaded.onlyConnection,
    possibleDuplicate: step.possibleDuplicate,
    recordings: { told, key: step.recordingKey, urls: urlsOf(deps, loaded), addresses },
    ...(file === undefined ? {} : { file }),
  });
  const hidden = addresses.all.flatMap(addressTokens);
  return hidden.length === 0 ? { values } : { values, hidden };
}

/**
 * What the lane knows, and the contact that we made for an earlier call of this number, where that is
 * whom the user chose: no search of this call need have found it.
 */
async function withMade(
  { database }: ValuesDeps,
  { facts, memory, onlyConnection }: LoadedLane,
  { id: connectionId, country }: CallConnection,
): Promise<LaneMemory> {
  const { contact = {}, choices = [] } = memory;
  const chosen = onlyConnection ? facts.contactId : undefined;
  const isKnown = [contact, ...choices].some((one) => one['contact_id'] === chosen);
  const number = contactKey(partyNumber(facts), country);
  if (chosen === undefined || isKnown || number === undefined) return memory;
  const claim = await findContactClaim(database.read, { connectionId, number });
  const made = madeContact(claim, database.now());
  return made === undefined ? memory : { ...memory, choices: [...choices, made] };
}

const NO_ADDRESSES = addressBook(new Map());

/** The phone system's own addresses of the recordings. */
async function addressesOf(deps: ValuesDeps, { lane, facts }: LoadedLane): Promise<AddressBook> {
  if (!facts.recordings.some(({ url, pageUrl }) => (url ?? pageUrl) !== undefined)) {
    return NO_ADDRESSES;
  }
  const of = { organizationId: lane.organization_id, callId: lane.call_id };
  return (await deps.recordings.addressesOf?.(of)) ?? NO_ADDRESSES;
}

/** Our own addresses of the recordings that are there, by their key. */
function urlsOf(deps: ValuesDeps, { lane, recordings }: LoadedLane) {
  return new Map(
    recordings.flatMap(({ id, key }) => {
      const urls = deps.recordings.urlsOf?.({ id, callId: lane.call_id });
      return urls === undefined ? [] : [[key, urls] as const];
    }),
  );
}
