import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createPhoneNumbers } from '../src/contacts/phone-number.ts';
import { compileDocument } from '../src/document/compile.ts';
import { lintDocument } from '../src/document/lint/lint-document.ts';
import type { MethodName } from '../src/document/methods.ts';
import type { Values } from '../src/document/values/values.ts';
import { parseAllowRules } from '../src/http/allow-rules.ts';
import { createEgress, type Egress } from '../src/http/egress.ts';
import type { FileSource } from '../src/http/request-body.ts';
import type { MethodRun } from '../src/runtime/method-call.ts';
import { createMethodRunner, type MethodRunner } from '../src/runtime/run-method.ts';
import { systemClock } from '../src/time/clock.ts';
import { Crm } from './crm/crm.ts';
import { createCrmServer } from './crm/server.ts';

const DOCUMENT = readFileSync('demo/integration.json', 'utf8');
const TOKEN = 'demo-token';

describe('the demo document', () => {
  it('has nothing that lint warns of', () => {
    const serious = lintDocument(DOCUMENT).filter((finding) => finding.severity !== 'info');

    expect(serious).toEqual([]);
  });
});

describe('the demo document against the demo CRM', () => {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-demo-document-'));
  const crm = new Crm(folder);
  const server = createCrmServer(crm, TOKEN);
  let egress: Egress;
  let runner: MethodRunner;
  let origin: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has an address with a port.
    const { port } = server.address() as AddressInfo;
    origin = `http://127.0.0.1:${String(port)}`;
    const allowed = parseAllowRules(`127.0.0.1:${String(port)}`);
    const rules = allowed.ok ? allowed.rules : [];
    egress = createEgress({ allow: rules, plainHttp: rules, monotonic: systemClock.monotonic });
    const phones = createPhoneNumbers();
    runner = createMethodRunner({ egress, phones, clock: systemClock, randomId: () => 'boundary' });
  });
  afterAll(async () => {
    await egress.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  async function run(method: MethodName, values: Values, file?: FileSource): Promise<MethodRun> {
    const document = compileDocument(DOCUMENT);
    const properties = { 'CRM address': origin, 'API token': TOKEN };
    const connection = {
      id: 'connection',
      organizationId: 'organization',
      properties,
      country: 'GB',
      timezone: 'Europe/London',
      origins: document.originsOf(properties),
    };
    const call = { document, method, connection, values, ...(file === undefined ? {} : { file }) };
    const prepared = runner.prepare(call);
    if (prepared.status === 'not_sent') {
      throw new Error(prepared.message);
    }
    return prepared.send(AbortSignal.timeout(10_000));
  }

  it('lists the users with their extensions', async () => {
    const { records } = await run('Users', {});

    expect(records[0]).toMatchObject({ user_id: 'u-201', user_name: 'Nadia Rahman' });
    expect(records.map((record) => record['phone'])).toEqual([['201'], ['202'], ['203']]);
  });

  it('reads all contacts over several pages', async () => {
    for (let index = 0; index < 60; index += 1) {
      crm.createContact({ last_name: `Number ${String(index)}` });
    }

    const { records } = await run('Contacts', {});

    expect(records).toHaveLength(64);
  });

  it.each([
    ['finds who calls', '+442079460018', ['c-1']],
    ['finds nobody for an unknown number', '+442079460099', []],
  ])('%s', async (_name, phone, ids) => {
    const { outcome, records } = await run('FindContact', { phone, party_number: phone });

    expect(outcome.kind).toBe(ids.length === 0 ? 'not_found' : 'success');
    expect(records.map((record) => record['contact_id'])).toEqual(ids);
  });

  it('searches contacts by the beginning of a word', async () => {
    const { records } = await run('SearchContacts', { prefix: 'opt' });

    expect(records.map((record) => record['lastname'])).toEqual(['Patel']);
  });

  it('creates and changes a contact', async () => {
    const person = { firstname: 'Ada', lastname: 'Okoro', phone: '+442079460321' };
    const created = await run('CreateContact', person);
    const id = String(created.records[0]?.['contact_id']);
    await run('UpdateContact', { ...person, contact_id: id, company_name: 'Okoro Ltd' });

    expect(crm.contacts.find((contact) => contact.id === id)).toMatchObject({
      first_name: 'Ada',
      last_name: 'Okoro',
      phone: '+442079460321',
      company: 'Okoro Ltd',
    });
  });

  it('logs a call from the ring to the recording, and finds it by its key', async () => {
    const call = {
      call_key: 'key-1',
      activity_type: 'inbound',
      party_number: '+442079460018',
      subject: 'Call from Alice Smith',
      contact_id: 'c-1',
      user_id: 'u-201',
      call_timestamp: Date.parse('2026-03-01T09:30:00Z'),
    };
    const bytes = Buffer.from('RIFF with any bytes \u0000\u00ff', 'latin1');
    const file: FileSource = {
      size: bytes.byteLength,
      type: 'audio/wav',
      name: 'call.wav',
      async *open() {
        yield bytes;
      },
    };

    const created = await run('CreateActivity', call);
    const activity_id = String(created.records[0]?.['activity_id']);
    await run('UpdateActivity', { ...call, activity_id, description: 'Wants a quote.' });
    await run('StopCallActivity', {
      ...call,
      activity_id,
      call_result: 'answered',
      call_duration: 90,
      call_timestop: Date.parse('2026-03-01T09:31:30Z'),
    });
    const upload = await run('UploadFile', { ...call, activity_id, filename: 'call.wav' }, file);
    const found = await run('FindActivity', call);

    expect(upload.outcome.kind).toBe('success');
    expect(found.records[0]?.['activity_id']).toBe(activity_id);
    expect(readFileSync(crm.recordingFile(activity_id))).toEqual(bytes);
    expect(crm.call(activity_id)).toEqual({
      id: activity_id,
      key: 'key-1',
      direction: 'inbound',
      status: 'answered',
      subject: 'Call from Alice Smith',
      note: 'Wants a quote.',
      phone: '+442079460018',
      contact_id: 'c-1',
      user_id: 'u-201',
      started_at: '2026-03-01T09:30:00.000Z',
      ended_at: '2026-03-01T09:31:30.000Z',
      duration: 90,
      recording_url: '',
      recording: { filename: 'call.wav', type: 'audio/wav', size: bytes.byteLength },
    });
  });

  it('learns from FindActivity that a call is not there', async () => {
    const { outcome, records } = await run('FindActivity', { call_key: 'unknown' });

    expect([outcome.kind, records]).toEqual(['not_found', []]);
  });
});
