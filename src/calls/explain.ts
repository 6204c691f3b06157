import type { Step, StepReason } from './step.ts';

export interface Explanation {
  readonly happened: string;
  /** What the reader should do; absent where nothing needs doing. */
  readonly remedy?: string;
}

/** What each reason means, and what to do about it. */
const REASONS: Readonly<Record<StepReason, { readonly why: string; readonly remedy?: string }>> = {
  absent_method: { why: 'The document does not have this method.' },
  not_supported: {
    why: 'The document uses a part of the language that does not run yet.',
    remedy:
      'Take that part out of the document, move the connection to the new version, and replay.',
  },
  missing_value: {
    why: 'A value that the request cannot do without is missing.',
    remedy:
      'See which one the message names: link the user, choose the contact, or mend the document; then replay.',
  },
  unsafe_value: {
    why: 'A value may not stand where the document puts it.',
    remedy: 'Give that place an `escape` in the document, or use another value; then replay.',
  },
  refused: {
    why: 'The CRM refused the request.',
    remedy:
      "Read the CRM's message in the last exchange, mend the data or the document, and replay.",
  },
  forbidden: {
    why: 'The CRM says that this account may not do this.',
    remedy: 'Give the account of the connection the right, and replay.',
  },
  gone: {
    why: 'The record of the call is no longer in the CRM.',
    remedy: 'Replay if it was restored there; otherwise discard the step.',
  },
  unreadable: {
    why: 'The answer of the CRM cannot be read.',
    remedy:
      'Look at the last exchange: often the address is wrong and a web page answers. Then replay.',
  },
  too_large: {
    why: 'The answer of the CRM is larger than Patchcord reads.',
    remedy: 'Let the document ask for less (fewer fields, a page size), and replay.',
  },
  redirected: {
    why: 'The CRM sent the request elsewhere, and a write does not follow.',
    remedy: 'Put the new address into the document or the property, and replay.',
  },
  blocked: {
    why: 'The egress door does not let this request out.',
    remedy:
      'The message names the setting with which the operator can allow the address; then replay.',
  },
  certificate: {
    why: 'The certificate of the CRM is not valid.',
    remedy: 'Renew it there, or have the operator trust its authority; then replay.',
  },
  conflict: {
    why: 'The CRM says that something else is in the way.',
    remedy:
      'See the last exchange: if the record is there, settle the step as found; otherwise replay.',
  },
  gave_up: {
    why: 'It was tried for as long as a step is tried.',
    remedy: 'When the CRM works again, replay.',
  },
  unknown_outcome: {
    why: 'The answer was lost: the CRM may have executed the request or not.',
    remedy:
      'Look into the CRM. If the record is there, settle the step as found with its id; if not, as absent: then it is sent again.',
  },
  executed_without_id: {
    why: 'The CRM executed the request, but its answer does not tell the id.',
    remedy: 'Look into the CRM and settle the step as found with the id of the record.',
  },
  recording_unavailable: {
    why: 'The recording cannot be had.',
    remedy: 'Send the file with `PUT /v1/calls/{call_id}/recording`, or discard the step.',
  },
  internal_fault: {
    why: 'Patchcord itself failed.',
    remedy: 'The log of the server has the cause; after it is mended, replay.',
  },
  not_identified: {
    why: 'The search for the caller failed; the call was written without a contact.',
  },
  no_number: { why: 'The other side withheld its number.' },
  contact_known: { why: 'The contact is known, so this was not needed.' },
  recording_known: { why: 'This very recording was handed over twice.' },
  create_skipped: { why: 'The call has no record in this CRM.' },
  rule: { why: 'A rule of the connection leaves it out.' },
};

/** Says in plain words what happened to a step and what to do next. Times are epoch milliseconds. */
export function explainStep(step: Step, now: number): Explanation {
  const reason = step.reason === undefined ? undefined : REASONS[step.reason];
  const why = [reason?.why, step.message].filter((text) => text !== undefined).join(' ');
  switch (step.state) {
    case 'done':
      return { happened: step.message ?? 'The CRM has it.', ...duplicate(step) };
    case 'parked':
      return { happened: why, ...(reason?.remedy === undefined ? {} : { remedy: reason.remedy }) };
    case 'skipped':
      return { happened: why === '' ? 'It was left out.' : why };
    case 'discarded':
      return { happened: step.message ?? 'Somebody gave it up.' };
    case 'sending':
      return { happened: 'A request is under way.' };
    case 'unknown':
      return {
        happened: `${step.message ?? 'The answer was lost.'} The CRM is asked again ${when(step.readyAt, now)}.`,
      };
    case 'pending':
      return { happened: waiting(step, now) };
  }
}

function waiting(step: Step, now: number): string {
  const due = step.readyAt > now ? `It is tried ${when(step.readyAt, now)}.` : 'It is tried next.';
  return step.message === undefined ? due : `${step.message}. ${due}`.replace('..', '.');
}

function duplicate(step: Step): { remedy?: string } {
  return step.possibleDuplicate
    ? {
        remedy:
          'An earlier answer was lost, so the CRM may have this twice: look there and remove one.',
      }
    : {};
}

function when(at: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((at - now) / 1_000));
  if (seconds < 90) return `in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}
