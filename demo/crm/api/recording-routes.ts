import { readFile, readMember, Refusal } from '../answer.ts';
import { recordingHeaders } from '../recording-headers.ts';
import type { Call } from '../records.ts';
import { found } from './found.ts';
import type { Question, Route } from './route.ts';

interface Upload {
  readonly filename: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export const RECORDING_ROUTES: readonly Route[] = [
  {
    name: 'POST /api/calls/*/recording',
    does: 'Attaches a recording: as multipart/form-data with the file, or as JSON with its bytes in Base64.',
    takes: { recording: { filename: 'call.wav', type: 'audio/wav', data: 'UklGRi…' } },
    gives: {
      recording: { call_id: '1065', filename: 'call.wav', type: 'audio/wav', size: 64_044 },
    },
    async answer(question) {
      const call = callOf(question);
      const { filename, type, bytes } = await readUpload(question);
      const { recording } = question.crm.attachRecording(call, filename, type, bytes);
      return [201, { recording: { call_id: call.id, ...recording } }];
    },
  },
  {
    name: 'GET /api/calls/*/recording',
    does: 'Gives the bytes of a recording.',
    gives: undefined,
    answer(question) {
      const call = callOf(question);
      const what = `recording of call ${call.id}`;
      const recording = found(call.recording ?? undefined, what);
      const file = found(question.crm.recordingBytes(call), what);
      return { file, headers: recordingHeaders(recording, false) };
    },
  },
];

function callOf({ crm, id }: Question): Call {
  return found(crm.call(id), `call ${id}`);
}

async function readUpload({ contentType, body }: Question): Promise<Upload> {
  if (!contentType.toLowerCase().startsWith('application/json')) {
    const file = await readFile(body, contentType);
    const bytes = new Uint8Array(await file.arrayBuffer());
    return { filename: file.name, type: file.type, bytes };
  }
  const { filename, type, data } = readMember(body, 'recording');
  if (typeof data !== 'string' || data === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(data)) {
    throw new Refusal(400, 'The recording needs "data", its bytes in Base64.');
  }
  return {
    filename: typeof filename === 'string' && filename !== '' ? filename : 'recording',
    type: typeof type === 'string' && type !== '' ? type : 'application/octet-stream',
    bytes: Buffer.from(data, 'base64'),
  };
}
