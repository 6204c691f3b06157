import type { Timestamp } from './store.ts';

export interface RecordingTables {
  /** The spool where several machines share one: a sealed piece of a recording. */
  recording_chunk: {
    /** Name of the file, as `recording.file` has it. */
    file: string;
    /** From 0. */
    number: number;
    sealed: Uint8Array;
    written_at: Timestamp;
  };
  /** An address that a phone system told of a recording: often it is the permission to have it. */
  recording_address: {
    organization_id: string;
    call_id: string;
    /** What stands for the address everywhere else: a keyed digest of it. */
    name: string;
    key_id: string;
    nonce: Uint8Array;
    sealed: Uint8Array;
  };
}
