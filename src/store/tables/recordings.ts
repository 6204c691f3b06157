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
}
