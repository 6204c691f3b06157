import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument, fakeCrmProperties } from '../runtime/testing/fake-crm-document.ts';
import type { CommandContext } from './command-context.ts';
import { tryMethod } from './try.ts';
import type { TryOptions } from './try.ts';

const NUMBER = 'phone=+442071838750';

let crm: FakeCrm;
let directory: string;

beforeEach(async () => {
  crm = await startFakeCrm();
  directory = await mkdtemp(join(tmpdir(), 'patchcord-try-'));
  await writeFile(join(directory, 'crm.json'), fakeCrmDocument());
  await writeFile(join(directory, 'properties.json'), JSON.stringify(fakeCrmProperties(crm)));
});

afterEach(async () => {
  await crm.close();
  await rm(directory, { recursive: true });
});

async function attempt(
  method: string,
  options: TryOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; out: string }> {
  const lines: string[] = [];
  const context: CommandContext = {
    env,
    directory,
    out: (line) => void lines.push(line),
    err: () => undefined,
    readInput: async () => '',
    exitWith: () => undefined,
  };
  const usual = { properties: 'properties.json', allow: [crm.host] };
  const code = await tryMethod('crm.json', method, { ...usual, ...options }, context);
  return { code, out: lines.join('\n') };
}

function addAlice(): void {
  crm.contacts.push({
    id: '7',
    first_name: 'Alice',
    last_name: 'Smith',
    phone: '+442071838750',
    email: 'alice@crm.test',
    company: '',
  });
}

describe('try', () => {
  test('shows request, answer and the bound record, and no secret', async () => {
    addAlice();

    const { code, out } = await attempt('FindContact', { set: [NUMBER] });

    expect(code).toBe(0);
    expect(out).toContain(`> GET ${crm.origin}/contacts?phone=%2B442071838750`);
    expect(out).toContain('> authorization: Bearer [secret]');
    expect(out).toMatch(/< 200 after \d+ ms/);
    expect(out).toMatch(/Bound 1 record:\n {2}contact_id +7/);
    expect(out).not.toContain(crm.token);
  });

  test('says that a list is empty when nobody is found', async () => {
    const { code, out } = await attempt('FindContact', { set: [NUMBER] });

    expect(code).toBe(0);
    expect(out).toContain('Nothing bound.\nThe list in the answer is empty.');
  });

  test('says which member is missing and what is most like it', async () => {
    addAlice();
    const document = fakeCrmDocument().replaceAll('"id": "$contact_id$"', '"Id": "$contact_id$"');
    await writeFile(join(directory, 'crm.json'), document);

    const { code, out } = await attempt('FindContact', { set: [NUMBER] });

    expect(code).toBe(1);
    expect(out).toContain('/contacts/0 has no member "Id" for $contact_id$; most like it: "id".');
  });

  test('says which member is missing where others were bound', async () => {
    addAlice();
    const document = fakeCrmDocument().replaceAll('"email": "$email$"', '"mail": "$email$"');
    await writeFile(join(directory, 'crm.json'), document);

    const { code, out } = await attempt('FindContact', { set: [NUMBER] });

    expect(code).toBe(0);
    expect(out).toMatch(/Bound 1 record:/);
    expect(out).toContain('/contacts/0 has no member "mail" for $email$; most like it: "email".');
  });

  test('uploads a file', async () => {
    crm.calls.push({ id: '5', fields: {}, stopped: 0, stop: {}, recordings: [] });
    await writeFile(join(directory, 'call.wav'), 'RIFF');

    const { code, out } = await attempt('UploadFile', { set: ['activity_id=5'], file: 'call.wav' });

    expect(code).toBe(0);
    expect(out).toContain('<file 4 bytes>');
    expect(crm.calls[0]?.recordings).toEqual([
      { name: 'call.wav', type: 'audio/wav', bytes: Buffer.from('RIFF') },
    ]);
  });

  test('takes properties from the environment too', async () => {
    const { Address, 'API token': token } = fakeCrmProperties(crm);
    await writeFile(join(directory, 'properties.json'), JSON.stringify({ Address }));

    const { code } = await attempt('Users', {}, { PATCHCORD_PROPERTY_API_TOKEN: token ?? '' });

    expect(code).toBe(0);
  });

  test('names each property without a value, with both ways to give it', async () => {
    await writeFile(join(directory, 'properties.json'), '{}');

    await expect(attempt('Users')).rejects.toThrow(
      /"Address" \(or PATCHCORD_PROPERTY_ADDRESS\), "API token" \(or PATCHCORD_PROPERTY_API_TOKEN\)/,
    );
  });

  test('with --json prints one JSON text', async () => {
    const { out } = await attempt('Users', { json: true });

    expect(JSON.parse(out)).toMatchObject({
      outcome: { kind: 'success' },
      records: [{ user_id: '11' }, { user_id: '12' }],
      why: [],
      exchanges: [{ response: { status: 200 } }],
    });
  });

  test.each([
    ['a refusal', 'refuse', 'subject is too long'],
    ['a lost answer', 'reset', '! waiting reset'],
    ['a web page', 'html', 'unreadable'],
  ] as const)('ends with 1 after %s', async (_name, habit, text) => {
    crm.behave('POST /calls', habit);

    const { code, out } = await attempt('CreateActivity', { set: ['subject=Hello'] });

    expect(code).toBe(1);
    expect(out).toContain(text);
  });

  test('without --allow nothing reaches a private address, and the option is named once', async () => {
    const { code, out } = await attempt('Users', { allow: [] });

    expect(code).toBe(1);
    expect(out.split(`--allow ${crm.host}`)).toHaveLength(2);
    expect(out).not.toContain('EGRESS_ALLOW');
    expect(crm.connections()).toBe(0);
  });

  test('says what is missing when nothing can be sent', async () => {
    const { code, out } = await attempt('StopCallActivity');

    expect(code).toBe(1);
    expect(out).toContain('Nothing was sent (missing_value).');
  });

  test('says which names of the request had no value', async () => {
    const { out } = await attempt('CreateActivity', { set: ['subject=Hello'] });
    const report = await attempt('CreateActivity', { set: ['subject=Hello'], json: true });

    const line = /Sent without a value, since --set gave none: (.*)\./.exec(out)?.[1]?.split(', ');
    expect(line).toContain('user_id');
    expect(line).not.toContain('subject');
    expect(JSON.parse(report.out)).toMatchObject({ without_value: line });
  });

  test.each<[string, string, TryOptions, string]>([
    ['FindContact without a number', 'FindContact', {}, 'add --set phone='],
    ['UploadFile without a file', 'UploadFile', { set: ['activity_id=5'] }, 'add --file call.wav'],
    ['a file as a value', 'UploadFile', { set: ['file=abc'] }, 'with --file PATH'],
    ['a country that is none', 'Users', { country: 'ZZ' }, '"ZZ" is no country'],
    ['a zone that is none', 'Users', { timezone: 'Mars' }, '"Mars" is no time zone'],
    ['a misspelt parameter', 'FindContact', { set: ['phne=1'] }, 'Write "phone"?'],
  ])('refuses %s before anything is sent', async (_name, method, options, words) => {
    const failed = attempt(method, options);

    await expect(failed).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(failed).rejects.toThrow(words);
    expect(crm.connections()).toBe(0);
  });

  test.each([
    ['a misspelt label', '{ "Adress": "x" }', 'no property "Adress". Write "Address"?'],
    ['a comma too many', '{\n  "Address": "x",\n}', /^properties\.json:2:\d+ .*comma/],
    ['a list', '[]', 'must be a JSON object label → value'],
  ])('says of a file of properties with %s what to write', async (_name, text, words) => {
    await writeFile(join(directory, 'properties.json'), text);

    await expect(attempt('Users')).rejects.toThrow(words);
  });

  test('says why a file cannot be read', async () => {
    await expect(attempt('Users', { properties: 'none.json' })).rejects.toThrow(
      'The file none.json cannot be read: it does not exist.',
    );
    await expect(attempt('Users', { properties: '.' })).rejects.toThrow('it is a folder.');
  });

  test.each<[string, string, TryOptions]>([
    ['an unknown method', 'FindContacts', {}],
    ['an unknown value', 'FindContact', { set: ['fone=1'] }],
    ['a value without a name', 'FindContact', { set: ['phone'] }],
    ['a date that is none', 'StopCallActivity', { set: ['call_timestop=soon'] }],
    ['a missing file', 'Users', { properties: 'none.json' }],
    ['an exception that is none', 'Users', { allow: ['127.0.0.1'] }],
  ])('%s is wrong usage', async (_name, method, options) => {
    const failed = attempt(method, options);

    await expect(failed).rejects.toBeInstanceOf(AppError);
    await expect(failed).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
