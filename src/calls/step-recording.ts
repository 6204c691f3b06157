import type { RecordingUrls } from '../recordings/recording-link.ts';
import type { AddressBook } from './recording-addresses.ts';
import type { StepChange } from './settle.ts';
import type { StepReason } from './step.ts';
import type { StepFile } from './step-runner.ts';

/** What a step that tells the CRM of a recording finds. */
export type OpenedRecording =
  | { readonly status: 'ready'; readonly file: StepFile }
  /** It is being fetched, on a clock of its own; `readyAt` in epoch milliseconds. */
  | { readonly status: 'later'; readonly message: string; readonly readyAt: number }
  /** A person must act. */
  | { readonly status: 'never'; readonly reason: StepReason; readonly message: string }
  /** The call has these bytes in another recording. */
  | { readonly status: 'repeated'; readonly message: string };

/** Where recordings come from. */
export interface RecordingSource {
  /** Opens a recording of a call for upload. Never rejects for reasons of the recording. */
  open(of: { readonly callId: string; readonly key: string }): Promise<OpenedRecording>;
  /** The addresses of a recording for the CRM; `undefined` where there are none (no PUBLIC_URL). */
  urlsOf?(recording: { readonly id: string; readonly callId: string }): RecordingUrls | undefined;
  /** The phone system's own addresses of the recordings of a call. */
  addressesOf?(call: {
    readonly organizationId: string;
    readonly callId: string;
  }): Promise<AddressBook>;
}

/** What becomes of a step whose recording is not there. Waiting uses up no try. */
export function settleWithoutRecording(
  opened: Exclude<OpenedRecording, { status: 'ready' }>,
): StepChange {
  const { message } = opened;
  switch (opened.status) {
    case 'repeated':
      return { state: 'skipped', reason: 'recording_known', message };
    case 'never':
      return { state: 'parked', reason: opened.reason, message };
    case 'later':
      return { state: 'pending', readyAt: opened.readyAt, message };
  }
}

/** Failures after which the phone system's own link may still serve those who are nearer to it. */
const TOLD_ANYHOW: ReadonlySet<StepReason> = new Set<StepReason>([
  'recording_blocked',
  'recording_unreachable',
  'recording_not_audio',
  'recording_too_large',
]);

/** True when a step that only tells a link need not wait for the bytes. */
export function mayTell(
  opened: OpenedRecording,
  recording: { readonly url?: string; readonly pageUrl?: string } | undefined,
): boolean {
  if (opened.status === 'ready') return true;
  if (opened.status !== 'never' || !TOLD_ANYHOW.has(opened.reason)) return false;
  return (recording?.url ?? recording?.pageUrl) !== undefined;
}
