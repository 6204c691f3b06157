import { readFileSync } from 'node:fs';

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
import { runCrm, TOKEN, type RunningCrm } from './crm/testing/running-crm.ts';

interface RunOptions {
  readonly file?: FileSource;
  readonly text?: string;
  /** Values of the form beside the address. */
  readonly given?: Readonly<Record<string, string>>;
}

const SILENCE: FileSource = {
  size: 4,
  type: 'audio/wav',
  name: 'call.wav',
  async *open() {
    yield Buffer.from('RIFF');
  },
};

const DOCUMENT = readFileSync('demo/integration.json', 'utf8');

describe.each(['', '-basic', '-oauth2'])('demo/integration%s.json', (suffix) => {
  const text = readFileSync(`demo/integration${suffix}.json`, 'utf8');

  it('has nothing that lint warns of', () => {
    const serious = lintDocument(text).filter((finding) => finding.severity !== 'info');

    expect(serious).toEqual([]);
  });

  it('asks the same of the CRM as the others', () => {
    expect(JSON.parse(text)).toMatchObject({ API: Reflect.get(JSON.parse(DOCUMENT), 'API') });
  });
});

describe('the demo document against the demo CRM', () => {
  let demo: RunningCrm;
  let egress: Egress;
  let runner: MethodRunner;

  beforeAll(async () => {
    demo = await runCrm();
    const allowed = parseAllowRules(demo.origin.replace('http://', ''));
    const rules = allowed.ok ? allowed.rules : [];
    egress = createEgress({ allow: rules, plainHttp: rules, monotonic: systemClock.monotonic });
    const phones = createPhoneNumbers();
    runner = createMethodRunner({ egress, phones, clock: systemClock, randomId: () => 'boundary' });
  });
  afterAll(async () => {
    await egress.close();
    await demo.close();
  });

  async function run(
    method: MethodName,
    values: Values,
    { file, text = DOCUMENT, given = { 'API token': TOKEN } }: RunOptions = {},
  ): Promise<MethodRun> {
    const document = compileDocument(text);
    const properties = { 'CRM address': demo.origin, ...given };
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
    const extensions = [['201'], ['202'], ['203'], ['204'], ['205']];
    expect(records.map((record) => record['phone'])).toEqual(extensions);
  });

  it('knows the account', async () => {
    const { records } = await run('Account', {});

    expect(records).toEqual([{ account_id: 'demo-crm', account_name: 'Demo CRM' }]);
  });

  it('may be signed in as a user instead', async () => {
    const text = readFileSync('demo/integration-basic.json', 'utf8');
    const given = { 'E-mail': 'nadia@demo.example', Password: 'demo' };
    const right = await run('Users', {}, { text, given });
    const wrong = await run('Users', {}, { text, given: { ...given, Password: 'wrong' } });

    expect([right.records.length, wrong.outcome.kind]).toEqual([5, 'unauthorized']);
  });

  it('reads all contacts over several pages', async () => {
    const { records } = await run('Contacts', {});

    expect(records).toHaveLength(60);
    expect(records[0]).toMatchObject({ contact_id: 'c-1', company_id: 'o-1', job_title: 'Owner' });
  });

  it('lists the companies', async () => {
    const { records } = await run('Organizations', {});

    expect(records).toHaveLength(15);
    expect(records[2]).toMatchObject({ company_id: 'o-3', company_name: 'Studio Conti' });
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

    expect(records.map((record) => record['lastname'])).toEqual(['Patel', 'Shah', 'Whitlock']);
  });

  it('creates and changes a contact', async () => {
    const person = { firstname: 'Ada', lastname: 'Okoro', phone: '+442079460321' };
    const created = await run('CreateContact', person);
    const id = String(created.records[0]?.['contact_id']);
    await run('UpdateContact', { ...person, contact_id: id, company_name: 'Okoro Ltd' });

    expect(demo.crm.contacts.find((contact) => contact.id === id)).toMatchObject({
      first_name: 'Ada',
      last_name: 'Okoro',
      phone: '+442079460321',
      company: 'Okoro Ltd',
    });
  });

  it('takes the contact that a refusal of a duplicate names', async () => {
    await demo.ask('PUT', '/habits', { body: { refuse_duplicates: { times: 1 } }, headers: {} });
    const known = { firstname: 'Alice', lastname: 'Smith', phone: '+442079460018' };
    const { outcome, records } = await run('CreateContact', known);

    expect([outcome.kind, records[0]?.['contact_id']]).toEqual(['success', 'c-1']);
  });

  it('deletes a contact', async () => {
    const { outcome } = await run('DeleteContact', { contact_id: 'c-60' });

    expect(outcome.kind).toBe('success');
    expect(demo.crm.contact('c-60')).toBeUndefined();
  });

  it('learns the id of a call that was made before, from the refusal that names it', async () => {
    const call = { call_key: 'key-twice', activity_type: 'inbound', subject: 'Call' };
    const first = await run('CreateActivity', call);
    const second = await run('CreateActivity', call);

    expect(second.outcome.kind).toBe('success');
    expect(second.records[0]?.['activity_id']).toBe(first.records[0]?.['activity_id']);
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
    const answer_timestamp = Date.parse('2026-03-01T09:30:08Z');
    await run('AnswerCallActivity', { ...call, activity_id, answer_timestamp });
    await run('UpdateActivity', { ...call, activity_id, description: 'Wants a quote.' });
    await run('StopCallActivity', {
      ...call,
      activity_id,
      call_result: 'answered',
      call_duration: 90,
      call_timestop: Date.parse('2026-03-01T09:31:30Z'),
    });
    const upload = await run(
      'UploadFile',
      { ...call, activity_id, filename: 'call.wav' },
      { file },
    );
    const found = await run('FindActivity', call);

    expect(upload.outcome.kind).toBe('success');
    expect(found.records[0]?.['activity_id']).toBe(activity_id);
    expect(readFileSync(demo.crm.recordingFile(activity_id))).toEqual(bytes);
    expect(demo.crm.call(activity_id)).toEqual({
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
      answered_at: '2026-03-01T09:30:08.000Z',
      ended_at: '2026-03-01T09:31:30.000Z',
      duration: 90,
      recording_url: '',
      recording: { filename: 'call.wav', type: 'audio/wav', size: bytes.byteLength },
    });
  });

  it.each([
    ['AnswerCallActivity', true],
    ['UploadFile', true],
    // A PATCH may be repeated without a word.
    ['UpdateActivity', undefined],
    ['StopCallActivity', undefined],
  ] as const)('says whether %s may be repeated (%s), and it may', async (method, idempotent) => {
    const told: unknown = Reflect.get(JSON.parse(DOCUMENT).API[method], 'idempotent');
    const lost = { key: `twice-${method}`, subject: 'Call', user_id: 'u-201' };
    const activity_id = demo.crm.createCall(lost).id;
    const values = { activity_id, user_id: 'u-201', filename: 'call.wav', call_result: 'answered' };
    const options = method === 'UploadFile' ? { file: SILENCE } : {};

    await run(method, { ...values, answer_timestamp: 1_772_357_400_000 }, options);
    const once = structuredClone(demo.crm.call(activity_id));
    await run(method, { ...values, answer_timestamp: 1_772_357_400_000 }, options);

    expect(told).toBe(idempotent);
    expect(demo.crm.call(activity_id)).toEqual(once);
    expect(demo.crm.callsWithKey(lost.key)).toHaveLength(1);
  });

  it('learns from FindActivity that a call is not there', async () => {
    const { outcome, records } = await run('FindActivity', { call_key: 'unknown' });

    expect([outcome.kind, records]).toEqual(['not_found', []]);
  });
});
