import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import * as z from 'zod';

import { openOffice } from '../../test/real/office.ts';
import type { Office } from '../../test/real/office.ts';
import { generateFile } from './generated-file.ts';
import type { GeneratedFile } from './generated-file.ts';
import { receivingDocument } from './receiving-crm.ts';
import type { ReceivingCrm, UploadForm } from './receiving-crm.ts';

export interface Scenario {
  readonly name: string;
  /** Does it once with a file of this size; throws when a byte is wrong. */
  run(size: number): Promise<void>;
}

const MIB = 1024 * 1024;
const LIMIT_MS = 180_000;
const Calls = z.object({ items: z.array(z.object({ id: z.string(), state: z.string() })) });
const Recordings = z.object({
  items: z.array(z.object({ id: z.string(), state: z.string(), message: z.string().nullable() })),
});

/**
 * All ways of a recording through the server, each on its own: what is pushed or fetched stays while
 * its connection is paused, and is uploaded when that resumes. They follow one another.
 */
export async function openScenarios(
  server: { readonly origin: string; readonly adminKey: string },
  crm: ReceivingCrm,
): Promise<readonly Scenario[]> {
  const base64 = await openDesk(server, crm, 'base64');
  const multipart = await openDesk(server, crm, 'multipart');
  return [
    { name: 'Push, `PUT …/recording`', run: (size) => base64.push(size) },
    { name: 'Upload, Base64 in JSON', run: () => base64.upload() },
    { name: 'Fetch by address', run: (size) => multipart.fetch(size) },
    { name: 'Download, whole', run: () => multipart.download() },
    { name: 'Download, 1 MiB ranges', run: () => multipart.download(MIB) },
    { name: 'Upload, multipart', run: () => multipart.upload() },
  ];
}

async function openDesk(
  server: { readonly origin: string; readonly adminKey: string },
  crm: ReceivingCrm,
  form: UploadForm,
) {
  const office = await openOffice(server.origin, server.adminKey, {
    document: receivingDocument(form, crm.host),
    properties: { Token: 'bench-token' },
    email: 'bob@bench.test',
  });
  const { administrator, connectionId } = office;
  let number = 0;
  let file = generateFile(1, 0);
  const pause = () => administrator.post(`/v1/connections/${connectionId}/pause`);
  const begin = async (size: number): Promise<string> => {
    number += 1;
    file = generateFile(size, number);
    const callId = `${form}-${number}`;
    await reportCall(server.origin, office, callId);
    await untilDelivered(office, callId);
    await pause();
    return callId;
  };
  const recordingPath = async (): Promise<string> => {
    const call = await findCall(office, `${form}-${number}`);
    const path = `/v1/calls/${call.id}/recordings`;
    return await until('the recording is stored', async () => {
      const { items } = Recordings.parse(await administrator.get(path));
      const [recording] = items;
      if (recording?.state === 'unavailable') throw new Error(recording.message ?? 'unavailable');
      return recording?.state === 'stored' ? `${path}/${recording.id}/content` : undefined;
    });
  };
  return {
    push: async (size: number): Promise<void> => {
      const callId = await begin(size);
      await putFile(`${server.origin}/v1/calls/${callId}/recording`, office.eventsKey, file);
    },
    fetch: async (size: number): Promise<void> => {
      const callId = await begin(size);
      const recording = { url: crm.offer(file), filename: 'call.wav' };
      await send(server.origin, office, { call_id: callId, kind: 'recorded', recording });
      await recordingPath();
    },
    upload: async (): Promise<void> => {
      const before = crm.received.length;
      await administrator.post(`/v1/connections/${connectionId}/resume`);
      await untilDelivered(office, `${form}-${number}`);
      if (crm.received.length !== before + 1 || crm.received.at(-1) !== file.sha256()) {
        throw new Error(`the ${form} upload did not arrive as it was`);
      }
    },
    download: async (step?: number): Promise<void> => {
      const url = `${server.origin}${await recordingPath()}`;
      const hash = createHash('sha256');
      for (let from = 0; from < file.size; from += step ?? file.size) {
        const to = Math.min(file.size, from + (step ?? file.size)) - 1;
        const range = step === undefined ? {} : { range: `bytes=${from}-${to}` };
        const answer = await fetch(url, {
          headers: { authorization: `Bearer ${office.organizationKey}`, ...range },
        });
        for await (const piece of answer.body ?? []) hash.update(piece);
      }
      if (hash.digest('hex') !== file.sha256()) throw new Error('the download is not what it was');
    },
  };
}

async function reportCall(origin: string, office: Office, callId: string): Promise<void> {
  const call = { call_id: callId, direction: 'inbound', extension: '201' };
  await send(origin, office, {
    ...call,
    kind: 'ringing',
    calling_number: '+442071838750',
    called_number: '+442079460000',
  });
  await send(origin, office, { ...call, kind: 'ended', duration: 63 });
}

async function send(origin: string, office: Office, event: object): Promise<void> {
  const answer = await fetch(`${origin}/v1/call-events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${office.eventsKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  });
  if (!answer.ok) throw new Error(`the event was refused: ${await answer.text()}`);
}

async function putFile(url: string, key: string, file: GeneratedFile): Promise<void> {
  const sent = request(url, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'audio/wav',
      'content-length': file.size,
    },
  });
  const answered = once(sent, 'response');
  for (const piece of file.read()) if (!sent.write(piece)) await once(sent, 'drain');
  sent.end();
  const [response] = await answered;
  response.resume();
  if (response.statusCode !== 202) throw new Error(`the push answered ${response.statusCode}`);
}

async function findCall(office: Office, callId: string) {
  const found = Calls.parse(await office.administrator.get(`/v1/calls?phone_call_id=${callId}`));
  const [call] = found.items;
  if (call === undefined) throw new Error(`there is no call ${callId}`);
  return call;
}

async function untilDelivered(office: Office, callId: string): Promise<void> {
  await until(`the call ${callId} is delivered`, async () => {
    const { state } = await findCall(office, callId);
    if (state === 'parked') throw new Error(`the call ${callId} is parked`);
    return state === 'delivered' ? true : undefined;
  });
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`in vain waited until ${what}`);
    await sleep(50);
  }
}
