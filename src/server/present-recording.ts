import type * as z from 'zod';

import type { RecordingView } from '../calls/list-recordings.ts';
import type { Recording } from '../contract/recordings.ts';
import { iso, isoOrNull } from './routes/present.ts';

/** A recording as the API writes it. */
export function presentRecording(view: RecordingView): z.input<typeof Recording> {
  const { row } = view;
  return {
    id: row.id,
    call_id: row.call_id,
    state: view.state,
    reason: view.reason,
    message: view.message,
    remedy: view.remedy,
    filename: row.filename,
    media_type: row.media_type,
    size: row.size,
    sha256: row.sha256,
    seconds: row.seconds,
    content_url: view.contentUrl,
    call_url: view.callUrl,
    expires_at: isoOrNull(row.expires_at),
    created_at: iso(row.created_at),
    stored_at: isoOrNull(row.stored_at),
  };
}
