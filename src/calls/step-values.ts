import { addressTokens } from '../text/hide-address-tokens.ts';
import type { CallConnection } from './call-connection.ts';
import { callValues } from './call-values.ts';
import type { LoadedLane } from './load-lane.ts';
import { addressBook } from './recording-addresses.ts';
import type { AddressBook } from './recording-addresses.ts';
import type { Step, StepMethod } from './step.ts';
import type { RecordingSource } from './step-recording.ts';
import type { StepCall, StepFile } from './step-runner.ts';

interface ValuesDeps {
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
    memory: loaded.memory,
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
