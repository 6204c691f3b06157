import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Records } from './records.ts';

/** Where the demo CRM keeps its records: one JSON file that is replaced whole after each change. */
export interface RecordsFile {
  /** The records; undefined when there are none yet. A file that cannot be read is an error. */
  read(): Records | undefined;
  write(records: Records): void;
  /** The file that holds a call's recording. */
  recording(callId: string): string;
}

/** The records' file in a folder, which is made. One of an older shape is set aside beside it. */
export function openRecordsFile(folder: string): RecordsFile {
  mkdirSync(join(folder, 'recordings'), { recursive: true });
  const file = join(folder, 'crm.json');
  return {
    read() {
      if (!existsSync(file)) return undefined;
      // Only `write` writes it, so it has the shape of Records, or of those of an older demo.
      const records = JSON.parse(readFileSync(file, 'utf8')) as Records;
      if (records.format === 2) return records;
      renameSync(file, join(folder, 'crm-before.json'));
      return undefined;
    },
    write(records) {
      writeFileSync(`${file}.new`, JSON.stringify(records, null, 2), { mode: 0o600 });
      chmodSync(`${file}.new`, 0o600);
      renameSync(`${file}.new`, file);
    },
    recording: (callId) => join(folder, 'recordings', callId),
  };
}
