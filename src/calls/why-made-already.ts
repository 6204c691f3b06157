import type { Database } from '../store/database.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import type { LoadedLane } from './load-lane.ts';
import { findContactClaim } from './made-contact-repository.ts';
import { contactKey, turnOf } from './made-contacts.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';
import type { StepRecord } from './step-runner.ts';

/**
 * What becomes of a `CreateContact` whose contact another call of the same number makes or has made:
 * a CRM's search does not find it yet, and a second one would be a duplicate. `undefined`: it is this
 * call's turn. `bound` is the contact, where it is known.
 */
export async function whyMadeAlready(
  database: Database,
  work: { readonly loaded: LoadedLane; readonly step: Step; readonly connection: CallConnection },
): Promise<{ readonly change: StepChange; readonly bound?: StepRecord } | undefined> {
  const { step, connection, loaded } = work;
  if (step.method !== 'CreateContact') return undefined;
  const number = contactKey(partyNumber(loaded.facts), connection.country);
  if (number === undefined) return undefined;
  const claim = await findContactClaim(database.read, { connectionId: connection.id, number });
  const turn = turnOf(claim, { stepId: step.id, now: database.now() });
  switch (turn.kind) {
    case 'make':
      return undefined;
    case 'take':
      return {
        change: {
          state: 'skipped',
          reason: 'contact_known',
          message: 'Patchcord made this contact for an earlier call: the search of the CRM is late',
        },
        bound: turn.contact,
      };
    case 'wait':
      return {
        change: {
          state: 'pending',
          readyAt: turn.until,
          message: 'Another call makes the contact of this number: its outcome is awaited',
        },
      };
    case 'leave':
      return {
        change: {
          state: 'skipped',
          reason: 'contact_known',
          message:
            'Another call may have made the contact of this number and waits for a person: no second one is made',
        },
      };
  }
}
