/** Why the bytes of a recording cannot be had; the same word is the reason of the step that needs them. */
export type RecordingFailure =
  | 'recording_expired'
  | 'recording_missing'
  | 'recording_empty'
  | 'recording_not_audio'
  | 'recording_too_large'
  | 'recording_blocked'
  | 'recording_unreachable'
  | 'recording_not_stored'
  | 'recording_unreadable';

interface FailureRow {
  readonly why: string;
  readonly remedy: string;
}

const SEND = 'send the file with `PUT /v1/calls/{call_id}/recording`';

/** What each failure means and what to do, for the ledger. */
export const RECORDING_FAILURES: Readonly<Record<RecordingFailure, FailureRow>> = {
  recording_expired: {
    why: 'The link to the recording is no longer valid.',
    remedy: `Take the file from the phone system and ${SEND}, or discard the step. Let the phone system report recordings sooner, or with links that last.`,
  },
  recording_missing: {
    why: 'The recording did not appear at its address.',
    remedy: `See whether the phone system recorded the call: if so, ${SEND} or replay; if not, discard the step.`,
  },
  recording_empty: {
    why: 'The address of the recording answers with nothing.',
    remedy: `See whether the phone system recorded the call: if so, ${SEND} or replay; if not, discard the step.`,
  },
  recording_not_audio: {
    why: 'What the address of the recording answers is no recording, often a page that asks to sign in. It was not uploaded.',
    remedy: `Have the phone system report a link that needs no sign-in and replay, or ${SEND}.`,
  },
  recording_too_large: {
    why: 'The recording is larger than this server takes.',
    remedy: `Have the operator raise RECORDING_MAX_MIB and replay, or make the file smaller and ${SEND}.`,
  },
  recording_blocked: {
    why: 'The egress door does not let the request for the recording out.',
    remedy: `The message names the setting with which the operator can allow the address; then replay. Or ${SEND}.`,
  },
  recording_unreachable: {
    why: 'The address of the recording could not be reached.',
    remedy: `When it answers again, replay; or ${SEND}.`,
  },
  recording_not_stored: {
    why: 'The recording could not be stored on this server.',
    remedy: 'Look into the log of the server: often the disk is full. After it is mended, replay.',
  },
  recording_unreadable: {
    why: 'The stored recording cannot be opened: its bytes are gone or changed, or they were sealed with another master key.',
    remedy: `Restore the data folder or the master key and replay, or take the file from the phone system and ${SEND}.`,
  },
};

/** The failure of a stored name; `undefined` for a name that is none. */
export function toFailure(name: string | null): RecordingFailure | undefined {
  return name !== null && isFailure(name) ? name : undefined;
}

function isFailure(name: string): name is RecordingFailure {
  return Object.hasOwn(RECORDING_FAILURES, name);
}
