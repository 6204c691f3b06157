import { describe, expect, it } from 'vitest';

import type { NumberHit } from '../index/contact-index.ts';
import { createNumberKeys } from '../number-keys/number-key.ts';
import { askNumber, BEST_FIRST } from '../number-keys/number-question.ts';
import type { Identified, IdentifyConnection, IdentifyDeps, LiveAnswer } from './identified.ts';
import { identify } from './identify.ts';
import { matchOfRecord } from './match.ts';
import { createRecentAnswers } from './recent-answers.ts';

const keys = createNumberKeys();
const NUMBER = '+442071838750';
const NOBODY: LiveAnswer = { status: 'not_found', message: 'Nobody.', matches: [], told: [] };
const GRACE: LiveAnswer = {
  status: 'found',
  message: 'One.',
  matches: [matchOfRecord({ contact_id: '7', contact_name: 'Grace Hopper' }, 'crm')],
  told: [{ source: 'crm', asked: 'e164', answered: 1, matched: 1, message: 'One.', ms: 4 }],
};

function aConnection(of: Partial<IdentifyConnection> = {}): IdentifyConnection {
  const rules = { rule: 'ask', ownNumbers: [], lastDigits: undefined } as const;
  return { id: 'c1', organizationId: 'o1', country: 'GB', ...rules, ...of };
}

interface Held {
  readonly id: string;
  readonly phone: string;
  readonly type?: string;
  readonly changedAt?: number;
}

/** An index in memory, a clock that only the test moves, and a CRM that answers when it is told. */
function stage({ contacts = [], made = false }: { contacts?: Held[]; made?: boolean } = {}) {
  let now = 0;
  let timers: { at: number; done: () => void }[] = [];
  const closing = new AbortController();
  const deps: IdentifyDeps = {
    keys,
    index: {
      byNumber: (_of, number, options) => {
        const { judge } = askNumber(keys, number, options);
        const hits = contacts.flatMap((one): NumberHit[] => {
          const matched = judge(one.phone);
          return matched === undefined ? [] : [hitOf(one, matched)];
        });
        const best = BEST_FIRST.find((level) => hits.some(({ matched }) => matched === level));
        if (best === undefined) {
          for (const { id, phone } of contacts) {
            options.near?.({ contact: { kind: 'person', contactType: '', crmId: id }, phone });
          }
        }
        return Promise.resolve(hits.filter(({ matched }) => matched === best));
      },
    },
    isExtension: (_organization, { digits }) => Promise.resolve(digits === '101'),
    made: () => Promise.resolve(made ? matchOfRecord({ contact_id: 'made' }, 'made') : undefined),
    recent: createRecentAnswers(() => now),
    clock: {
      monotonic: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          timers.push({ at: now + ms, done: resolve });
          signal?.addEventListener('abort', () => {
            reject(new Error('woken'));
          });
        }),
    },
    closing: closing.signal,
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const { at, done } of timers) if (at <= now) done();
    timers = timers.filter(({ at }) => at > now);
  };
  return { deps, pass, close: () => closing.abort() };
}

function hitOf(held: Held, matched: NumberHit['matched']): NumberHit {
  return {
    kind: 'person',
    contactType: held.type ?? '',
    crmId: held.id,
    name: held.id,
    emails: [],
    phones: [held.phone],
    connectionId: 'c1',
    source: 'crm',
    changedAt: held.changedAt ?? 0,
    matched,
    matchedPhone: held.phone,
  };
}

const signal = new AbortController().signal;
const sources = ({ told }: Identified): string[] => told.map(({ source }) => source);
const neverAsked = (): Promise<LiveAnswer> => Promise.reject(new Error('the CRM was asked'));

describe('who calls', () => {
  it('is told by the index before anybody else, without a request', async () => {
    const { deps } = stage({ contacts: [{ id: '1', phone: '020 7183 8750' }], made: true });

    const found = await identify(deps, aConnection(), { number: NUMBER, live: neverAsked, signal });

    expect(found).toMatchObject({
      status: 'found',
      chosen: { contactId: '1', source: 'index', matched: 'e164' },
      told: [{ source: 'index', asked: NUMBER, answered: 1, matched: 1 }],
    });
  });

  it('is who we made a contact of, where the index has nobody', async () => {
    const { deps } = stage({ made: true });

    const found = await identify(deps, aConnection(), { number: NUMBER, live: neverAsked, signal });

    expect(found).toMatchObject({ status: 'found', chosen: { contactId: 'made', source: 'made' } });
    expect(sources(found)).toEqual(['index', 'made']);
  });

  it('is asked of the CRM where nothing is known here', async () => {
    const { deps } = stage();
    const live = (): Promise<LiveAnswer> => Promise.resolve(GRACE);

    const found = await identify(deps, aConnection(), { number: NUMBER, live, signal });

    expect(found).toMatchObject({ status: 'found', chosen: { contactId: '7', source: 'crm' } });
    expect(sources(found)).toEqual(['index', 'crm']);
  });

  it.each([
    ['an extension', '101', {}],
    ['on its list, written otherwise', NUMBER, { ownNumbers: ['020 7183 8750'] }],
    ['in no plan, written otherwise', '+447700900201', { ownNumbers: ['07700 900201'] }],
  ])('is nobody for a number of the organization itself: %s', async (_name, number, options) => {
    const { deps } = stage({ contacts: [{ id: '1', phone: number }] });

    const found = await identify(deps, aConnection(options), { number, live: neverAsked, signal });

    expect(found).toMatchObject({ status: 'own_number', matches: [], chosen: undefined });
  });

  it('is not asked of the CRM again for half a minute after it knew nobody', async () => {
    const { deps, pass } = stage();
    let asked = 0;
    const live = (): Promise<LiveAnswer> => {
      asked += 1;
      return Promise.resolve(NOBODY);
    };
    const ask = (afresh = false): Promise<Identified> =>
      identify(deps, aConnection(), { number: NUMBER, live, afresh, signal });

    await ask();
    const again = await ask();
    expect([again.status, sources(again), asked]).toEqual(['not_found', ['index', 'memory'], 1]);
    expect(again.told.map(({ asked: form }) => form)).toEqual([NUMBER, NUMBER]);
    await ask(true);
    expect(asked).toBe(2);
    pass(30_001);
    await ask();
    expect(asked).toBe(3);
  });

  it('is late after 2 seconds, and told when the CRM answers after all, to whoever asks again too', async () => {
    const { deps, pass } = stage();
    const answer = Promise.withResolvers<LiveAnswer>();
    const late = Promise.withResolvers<Identified>();
    const live = (): Promise<LiveAnswer> => answer.promise;
    const caller = new AbortController();

    const asked = identify(deps, aConnection(), {
      ...{ number: NUMBER, live, late: late.resolve, signal: caller.signal },
    });
    await Promise.resolve();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    pass(2_000);
    expect(await asked).toMatchObject({ status: 'late', matches: [] });
    caller.abort();
    answer.resolve(GRACE);

    expect(await late.promise).toMatchObject({ status: 'found', chosen: { contactId: '7' } });
    const again = await identify(deps, aConnection(), { number: NUMBER, live: neverAsked, signal });
    expect(again).toMatchObject({ status: 'found', chosen: { contactId: '7' } });
  });

  it('is asked no further when whoever asked has gone, or the server ends', async () => {
    for (const ends of ['caller', 'server']) {
      const { deps, close } = stage();
      const caller = new AbortController();
      const live = (until: AbortSignal): Promise<LiveAnswer> =>
        new Promise((_resolve, reject) => {
          until.addEventListener('abort', () => {
            reject(new Error(`the ${ends} is gone`));
          });
        });
      const asked = identify(deps, aConnection(), { number: NUMBER, live, signal: caller.signal });
      const outcome = asked.catch((err: unknown) => String(err));
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      if (ends === 'caller') caller.abort();
      else close();
      expect(await outcome).toContain(`the ${ends} is gone`);
    }
  });

  it('makes no signal for whoever is known here', async () => {
    const { deps } = stage({ contacts: [{ id: '1', phone: NUMBER }] });
    const unmade = (): AbortSignal => {
      throw new Error('a signal was made');
    };

    const found = await identify(deps, aConnection(), {
      ...{ number: NUMBER, live: neverAsked, signal: unmade },
    });

    expect(found.status).toBe('found');
  });

  it('asks the CRM no further for whoever has gone before it was asked', async () => {
    const { deps } = stage();
    const until = async (ends: AbortSignal): Promise<LiveAnswer> =>
      ends.aborted ? { ...NOBODY, status: 'failed', message: 'Ended.' } : NOBODY;

    const found = await identify(deps, aConnection(), {
      ...{ number: NUMBER, live: until, signal: () => AbortSignal.abort() },
    });

    expect(found).toMatchObject({ status: 'failed', message: 'Ended.' });
  });

  describe('where people have the digits without a country', () => {
    const contacts = [
      { id: 'ie', phone: '+353871234567' },
      { id: 'es', phone: '+34871234567' },
    ];
    const number = '087 123 4567';
    const nobody = (): Promise<LiveAnswer> => Promise.resolve(NOBODY);
    const grace = (): Promise<LiveAnswer> => Promise.resolve(GRACE);

    it.each([['ask'], ['first'], ['newest']] as const)(
      'is for a person to say, whatever the rule: %s',
      async (rule) => {
        const { deps } = stage({ contacts });

        const question = { number, live: nobody, signal };
        const found = await identify(deps, aConnection({ rule }), question);

        expect(found).toMatchObject({
          ...{ status: 'ambiguous', chosen: undefined },
          matches: [{ contactId: 'ie', matched: 'possible' }, { contactId: 'es' }],
          message: expect.stringContaining('a person must say who it is'),
        });
        expect(found.told[0]).toMatchObject({
          ...{ source: 'index', matched: 0 },
          message: expect.stringContaining('+353871234567, +34871234567'),
        });
      },
    );

    it('is who the CRM itself knows, or what we made', async () => {
      const { deps } = stage({ contacts });
      const asked = await identify(deps, aConnection(), { number, live: grace, signal });
      expect(asked).toMatchObject({ status: 'found', chosen: { contactId: '7' } });
      expect(asked.matches).toHaveLength(1);

      const known = stage({ contacts, made: true }).deps;
      const made = await identify(known, aConnection(), { number, live: neverAsked, signal });
      expect(made).toMatchObject({ status: 'found', chosen: { contactId: 'made' } });
    });

    it('is told while the CRM is late, and again when it knew nobody', async () => {
      const { deps, pass } = stage({ contacts });
      const answer = Promise.withResolvers<LiveAnswer>();
      const late = Promise.withResolvers<Identified>();
      const live = (): Promise<LiveAnswer> => answer.promise;

      const asked = identify(deps, aConnection(), { number, live, late: late.resolve, signal });
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      pass(2_000);
      expect((await asked).status).toBe('late');
      expect((await asked).matches).toHaveLength(2);
      answer.resolve(NOBODY);

      expect(await late.promise).toMatchObject({ status: 'ambiguous', chosen: undefined });
      const again = await identify(deps, aConnection(), { number, live: neverAsked, signal });
      expect([again.status, sources(again)]).toEqual(['ambiguous', ['index', 'memory']]);
    });
  });

  it.each([
    ['*97', 'code of the phone system'],
    ['112', 'short code'],
  ])('is not asked of the CRM for %s', async (number, words) => {
    const { deps } = stage();

    const found = await identify(deps, aConnection(), { number, live: neverAsked, signal });

    expect(found).toMatchObject({ status: 'not_asked', message: expect.stringContaining(words) });
  });

  it.each([
    ['+4420794600', 'too short, too long or not in use in its country'],
    ['087 123 4567', "no number of the connection's country"],
  ])('is told that %s is in no plan', async (number, words) => {
    const { deps } = stage();

    const found = await identify(deps, aConnection(), { number, signal });

    expect(found.told[0]?.message).toContain(words);
  });

  it('is told why numbers that end alike were refused', async () => {
    const { deps } = stage({
      contacts: [
        { id: '1', phone: '0612 345678' },
        { id: '2', phone: '612345678901' },
      ],
    });

    const question = { number: '+33612345678', live: undefined, signal };
    const found = await identify(deps, aConnection({ country: 'DE' }), question);

    expect(found).toMatchObject({ status: 'not_found', told: [{ answered: 2, matched: 0 }] });
    expect(found.told[0]?.message).toBe(
      'Nobody in the index has this number. These end alike, but are other numbers: 0612 345678 (+49612345678), 612345678901 (+49612345678901).',
    );
  });

  it('is nobody in particular where several lines have the last digits', async () => {
    const contacts = [
      { id: 'uk', phone: '+442079460018' },
      { id: 'fr', phone: '+33179460018' },
    ];
    const { deps } = stage({ contacts });

    const connection = aConnection({ rule: 'first', lastDigits: 7 });
    const found = await identify(deps, connection, { number: '9460018', live: neverAsked, signal });

    expect(found).toMatchObject({ status: 'ambiguous', chosen: undefined });
    expect(found.matches).toHaveLength(2);
  });
});

describe('several who have the number', () => {
  it.each([
    ['nobody knows which changed last', undefined],
    ['both came at once', 5],
  ])('are for a person to tell apart by the rule `newest` where %s', async (_name, changedAt) => {
    const times = changedAt === undefined ? {} : { changedAt };
    const contacts = ['1', '2'].map((id) => ({ id, phone: NUMBER, ...times }));
    const { deps } = stage({ contacts });

    const connection = aConnection({ rule: 'newest' });
    const found = await identify(deps, connection, { number: NUMBER, live: neverAsked, signal });

    expect(found).toMatchObject({ status: 'ambiguous', chosen: undefined });
    expect(found.message).toContain('which of them changed last is not known');
  });

  const contacts = [
    { id: '1', phone: NUMBER, type: 'lead', changedAt: 5 },
    { id: '2', phone: NUMBER, type: 'contact', changedAt: 9 },
    { id: '3', phone: NUMBER, type: 'lead', changedAt: 7 },
  ];

  it.each([
    ['ask', undefined],
    ['first', '1'],
    ['newest', '2'],
    [['contact', 'lead'], '2'],
    [['lead', 'contact'], undefined],
    [['account'], undefined],
  ] as const)('by the rule %j: %s', async (rule, chosen) => {
    const { deps } = stage({ contacts });

    const question = { number: NUMBER, live: neverAsked, signal };
    const found = await identify(deps, aConnection({ rule }), question);

    expect(found.chosen?.contactId).toBe(chosen);
    expect(found.status).toBe(chosen === undefined ? 'ambiguous' : 'found');
    expect(found.matches.map(({ contactId }) => contactId)).toEqual(['1', '2', '3']);
  });
});
