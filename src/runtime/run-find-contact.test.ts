import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import type { MethodName } from '../document/methods.ts';
import type { MethodRun } from './method-call.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';
import type { Reply } from './testing/scripted-crm.ts';

const PARAMETERS = {
  phone: 'string',
  prefix: 'string',
  since: 'ISO8601Date',
  contact_id: 'string',
  contact_name: 'string',
  contact_type: 'string',
  company_name: 'string',
  user_id: 'string',
  activity_id: 'string',
  call_key: 'string',
  lead_ref: 'string',
} as const;

const get = (path: string, more: JsonObject = {}): JsonObject => ({
  request_method: 'GET',
  request_path: path,
  ...more,
});

type Replies = Readonly<Record<string, Reply | readonly Reply[]>>;

function crmOf(
  name: MethodName,
  method: JsonObject | readonly JsonObject[],
  replies: Replies,
  more: JsonObject = {},
) {
  return scriptedCrm({ parameters: PARAMETERS, API: { [name]: method }, ...more }, replies);
}

type Crm = ReturnType<typeof crmOf>;
type Call = Parameters<Crm['run']>[1];

async function run(crm: Crm, name: MethodName, call?: Call): Promise<MethodRun> {
  const whole = await crm.run(name, call);
  if (whole.status !== 'ran') throw new Error(`${whole.reason}: ${whole.message}`);
  return whole.run;
}

const pathsOf = ({ sent }: Crm) => sent.map(({ path }) => path);

const NUMBER = '+442071838750';
const CALLER = { values: { phone: NUMBER, party_number: NUMBER } } as const;
const BY_NUMBER = {
  request_parameters: { phone: '$phone$' },
  response_map: [{ id: '$contact_id$', phone: '$phone$' }],
} as const;
const E164 = '/contacts?phone=%2B442071838750';

describe('several objects of FindContact', () => {
  const OBJECTS = [
    get('/contacts', { ...BY_NUMBER, contact_type: 'contact' }),
    get('/leads', { ...BY_NUMBER, contact_type: 'lead' }),
  ];
  const LEAD = '/leads?phone=%2B442071838750';

  test('run in order until one finds somebody', async () => {
    const crm = crmOf('FindContact', OBJECTS, {
      [`GET ${E164}`]: { body: [{ id: 1, phone: NUMBER }] },
    });

    const { records } = await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual([E164]);
    expect(records).toEqual([{ contact_id: '1', phone: [NUMBER], contact_type: 'contact' }]);
  });

  test.each<[string, Reply]>([
    ['answers 404', { status: 404 }],
    ['has an empty list', { body: [] }],
    ['knows somebody with another number', { body: [{ id: 9, phone: '+12025550100' }] }],
  ])('go on where one %s', async (_, reply) => {
    const crm = crmOf('FindContact', OBJECTS, {
      [`GET ${E164}`]: reply,
      [`GET ${LEAD}`]: { body: [{ id: 2, phone: '020 7183 8750' }] },
    });

    const { records, outcome } = await run(crm, 'FindContact', CALLER);

    expect(records).toMatchObject([{ contact_id: '2', contact_type: 'lead' }]);
    expect(outcome).toMatchObject({ kind: 'success', message: 'Found 1 contact.' });
  });

  test('none of which knows the number have found nobody', async () => {
    const crm = crmOf('FindContact', OBJECTS, {});

    const { outcome, records } = await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual([E164, LEAD]);
    expect([outcome.kind, outcome.action, records]).toEqual(['not_found', 'succeed', []]);
  });

  test('stop at one that fails: nobody can say that the number is unknown', async () => {
    const crm = crmOf('FindContact', OBJECTS, { [`GET ${E164}`]: { status: 503 } });

    const { outcome } = await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual([E164]);
    expect(outcome.action).toBe('retry');
  });
});

describe('phone_formats', () => {
  const FORMATS = { phone_formats: ['e164', 'national', 'digits'] };

  test('ask for the number in each form, until somebody is found', async () => {
    const crm = crmOf(
      'FindContact',
      get('/contacts', BY_NUMBER),
      { 'GET /contacts?phone=02071838750': { body: [{ id: 5, phone: '02071838750' }] } },
      FORMATS,
    );

    const { records, asked } = await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual([E164, '/contacts?phone=02071838750']);
    expect(records).toMatchObject([{ contact_id: '5' }]);
    expect(asked.map(({ phoneFormat }) => phoneFormat)).toEqual(['e164', 'national']);
  });

  test('try all objects with one form before the next', async () => {
    const objects = [get('/contacts', BY_NUMBER), get('/leads', BY_NUMBER)];
    const crm = crmOf('FindContact', objects, {}, { phone_formats: ['e164', 'national'] });

    await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual([
      E164,
      '/leads?phone=%2B442071838750',
      '/contacts?phone=02071838750',
      '/leads?phone=02071838750',
    ]);
  });

  test('verify the answer to each form', async () => {
    const crm = crmOf(
      'FindContact',
      get('/contacts', BY_NUMBER),
      {
        [`GET ${E164}`]: { body: [{ id: 8, phone: '+12025550100' }] },
        'GET /contacts?phone=02071838750': { body: [{ id: 5, phone: '02071838750' }] },
      },
      FORMATS,
    );

    const { records, notes } = await run(crm, 'FindContact', CALLER);

    expect(records).toMatchObject([{ contact_id: '5' }]);
    expect(notes).toMatchObject([{ code: 'other_numbers' }]);
  });

  const OTHER = { id: 8, phone: '+442081838750' };
  const THEIRS = { id: 5, phone: '(020) 7183-8750' };
  const FORMS = [
    ['e164', NUMBER],
    ['digits', '442071838750'],
    ['national', '02071838750'],
    ['significant', '2071838750'],
    ['international', '+44 20 7183 8750'],
    ['last7', '1838750'],
    ['last8', '71838750'],
    ['last9', '071838750'],
  ] as const;
  const askedAs = (text: string): string => `/contacts?phone=${encodeURIComponent(text)}`;

  test.each(FORMS)(
    'verify what a CRM that ignores the filter answers to %s',
    async (format, text) => {
      const crm = crmOf(
        'FindContact',
        get('/contacts', BY_NUMBER),
        { [`GET ${askedAs(text)}`]: { body: [OTHER, THEIRS, { id: 9, phone: '1838750' }] } },
        { phone_formats: [format] },
      );

      const { records, notes } = await run(crm, 'FindContact', CALLER);

      expect(pathsOf(crm)).toEqual([askedAs(text)]);
      expect(records).toEqual([{ contact_id: '5', phone: ['(020) 7183-8750'] }]);
      expect(notes.map(({ code }) => code)).toEqual(['other_numbers']);
    },
  );

  test('find nobody where all of them are answered with everybody else', async () => {
    const replies = Object.fromEntries(
      FORMS.map(([, text]) => [`GET ${askedAs(text)}`, { body: [OTHER, { id: 9 }] }]),
    );
    const formats = FORMS.map(([format]) => format);
    const crm = crmOf('FindContact', get('/contacts', BY_NUMBER), replies, {
      phone_formats: formats,
    });

    const { records, outcome, notes } = await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual(FORMS.map(([, text]) => askedAs(text)));
    expect([outcome.kind, outcome.action, records]).toEqual(['not_found', 'succeed', []]);
    // Said once, however often it happened.
    expect(notes.map(({ code }) => code)).toEqual(['other_numbers']);
  });

  test('a request that writes a form of its own runs once', async () => {
    const method = get('/contacts', {
      ...BY_NUMBER,
      request_parameters: { phone: '$phone_digits$' },
    });
    const crm = crmOf('FindContact', method, {}, FORMATS);

    await run(crm, 'FindContact', CALLER);

    expect(pathsOf(crm)).toEqual(['/contacts?phone=442071838750']);
  });

  test('a number that does not parse is asked for as it is, once', async () => {
    const crm = crmOf('FindContact', get('/contacts', BY_NUMBER), {}, FORMATS);

    await run(crm, 'FindContact', { values: { phone: '201', party_number: '201' } });

    expect(pathsOf(crm)).toEqual(['/contacts?phone=201']);
  });
});

describe('steps of a method that reads', () => {
  const STEPS = {
    steps: [
      get('/search', {
        request_parameters: { q: '$phone$' },
        response_map: [{ ref: '$lead_ref$' }],
      }),
      get('/contacts/$lead_ref$', {
        response_map: { id: '$contact_id$', phone: '$phone$', company: '$company_name$' },
      }),
    ],
  } as const;
  const SEARCH = 'GET /search?q=%2B442071838750';

  test('run in order in one send', async () => {
    const crm = crmOf('FindContact', STEPS, {
      [SEARCH]: { body: [{ ref: 'r1' }] },
      'GET /contacts/r1': { body: { id: 1, phone: NUMBER, company: 'Acme' } },
    });

    const { records, outcome } = await run(crm, 'FindContact', CALLER);

    expect(outcome.kind).toBe('success');
    expect(records).toEqual([
      { lead_ref: 'r1', contact_id: '1', phone: [NUMBER], company_name: 'Acme' },
    ]);
  });

  test.each<[string, Replies, number]>([
    ['the first finds nothing', { [SEARCH]: { body: [] } }, 1],
    ['the record is gone', { [SEARCH]: { body: [{ ref: 'r1' }] } }, 2],
  ])('find nobody where %s', async (_, replies, requests) => {
    const crm = crmOf('FindContact', STEPS, replies);

    const { records, outcome } = await run(crm, 'FindContact', CALLER);

    expect([outcome.kind, outcome.action, records]).toEqual(['not_found', 'succeed', []]);
    expect(crm.sent).toHaveLength(requests);
  });

  test('complete a record that an earlier one found', async () => {
    const method = {
      steps: [
        get('/contacts', BY_NUMBER),
        get('/companies/$contact_id$', { response_map: { name: '$company_name$' } }),
      ],
    };
    const crm = crmOf('FindContact', method, {
      [`GET ${E164}`]: { body: [{ id: 1, phone: NUMBER }] },
      'GET /companies/1': { body: { name: 'Acme' } },
    });

    expect((await run(crm, 'FindContact', CALLER)).records).toEqual([
      { contact_id: '1', phone: [NUMBER], company_name: 'Acme' },
    ]);
  });
});
