import { describe, expect, it } from 'vitest';

import type { MethodName } from '../document/methods.ts';
import { ConnectionOptions } from '../document/options/options-schema.ts';
import { isListed } from '../contacts/number-list.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import { mergeEvents } from './call-facts.ts';
import type { CallFacts } from './call-facts.ts';
import type { CallEvent } from './call-event.ts';
import { planCall } from './plan.ts';
import type { Plan, PlanInput } from './plan.ts';
import { aStep } from './testing/a-step.ts';

const NOW = Date.UTC(2026, 2, 1, 9);
const ALL: readonly MethodName[] = [
  'FindContact',
  'CreateContact',
  'CreateActivity',
  'UpdateActivity',
  'StopCallActivity',
  'UploadFile',
];
const LINKS = new Map([
  ['101', { extension: '101', userId: '11' }],
  ['102', { extension: '102', userId: '12' }],
]);

function event(kind: CallEvent['kind'], members: Partial<CallEvent> = {}): CallEvent {
  return { eventId: '1', callId: 'c', kind, extensions: [], unknownKeys: [], ...members };
}

const RINGING = event('ringing', {
  direction: 'inbound',
  extensions: ['101'],
  callingNumber: '+442071838750',
  calledNumber: '+442079460000',
});
const GROUP = { ...RINGING, extensions: ['101', '102'] };
const OUTBOUND = { ...RINGING, direction: 'outbound' as const };
const INTERNAL = { ...RINGING, direction: 'internal' as const, calledNumber: '102' };
const ANSWERED = event('answered', { extensions: ['102'] });
const UNLINKED = event('transferred', { extensions: ['999'] });
const ENDED = event('ended');
const RECORDED = event('recorded', { recording: { url: 'https://pbx.test/1.wav' } });

function facts(...events: readonly CallEvent[]): CallFacts {
  return mergeEvents(events.map((one, at) => ({ event: one, receivedAt: NOW, sequence: at + 1 })));
}

function plan(
  events: readonly CallEvent[],
  given: Partial<Omit<PlanInput, 'options'>> & {
    options?: Partial<ConnectionOptions>;
    without?: readonly MethodName[];
  } = {},
): Plan {
  const { options, without = [], ...rest } = given;
  return planCall({
    facts: facts(...events),
    methods: new Set(ALL.filter((method) => !without.includes(method))),
    links: LINKS,
    steps: [],
    isExcluded: (number) =>
      isListed(options?.excluded_numbers ?? [], number, {
        country: 'GB',
        phones: createPhoneNumbers(),
      }),
    onlyConnection: true,
    now: NOW,
    ...rest,
    options: ConnectionOptions.parse(options ?? {}),
  });
}

function keys({ add, skip }: Plan): string {
  const steps = add.map((step) => step.key.split(' http')[0]).join(', ');
  return [steps, skip?.reason].filter(Boolean).join(' | ');
}

describe('the plan of a call', () => {
  it.each<[string, readonly CallEvent[], Parameters<typeof plan>[1], string]>([
    ['one extension rings', [RINGING], {}, 'FindContact, CreateActivity'],
    ['it is dialled', [OUTBOUND], {}, 'FindContact, CreateActivity'],
    ['the end is not told separately', [RINGING], { without: ['StopCallActivity'] }, 'FindContact'],
    [
      'it ends, and the end is not told separately',
      [RINGING, ENDED],
      { without: ['StopCallActivity'] },
      'FindContact, CreateActivity',
    ],
    ['a group rings', [GROUP], {}, 'FindContact'],
    ['one of a group answers', [GROUP, ANSWERED], {}, 'FindContact, CreateActivity'],
    [
      'nobody of a group answers, and the queue has an owner',
      [GROUP, ENDED],
      { options: { queue_owner: '99' } },
      'FindContact, CreateActivity, StopCallActivity',
    ],
    ['nobody of a group answers', [GROUP, ENDED], {}, '| no_user_link'],
    [
      'nobody of a group answers, and calls may have no owner',
      [GROUP, ENDED],
      { options: { owner_without_link: 'none' } },
      'FindContact, CreateActivity, StopCallActivity',
    ],
    ['the extension has no link', [{ ...RINGING, extensions: ['103'] }], {}, '| no_user_link'],
    [
      'the extension has no link, and a user is named for that',
      [{ ...RINGING, extensions: ['103'] }],
      { options: { owner_without_link: 'user:99' } },
      'FindContact, CreateActivity',
    ],
    ['it is internal', [INTERNAL], {}, '| internal_not_logged'],
    [
      'it is internal, and those are logged',
      [INTERNAL],
      { options: { log_internal: true } },
      'CreateActivity',
    ],
    [
      'inbound calls are not logged',
      [RINGING],
      { options: { log_inbound: false } },
      '| direction_not_logged',
    ],
    [
      'outbound calls are not logged',
      [OUTBOUND],
      { options: { log_outbound: false } },
      '| direction_not_logged',
    ],
    [
      'missed calls are not logged, and it rings',
      [RINGING],
      { options: { log_missed: false } },
      'FindContact',
    ],
    [
      'missed calls are not logged, and it is missed',
      [RINGING, ENDED],
      { options: { log_missed: false } },
      '| missed_not_logged',
    ],
    [
      'missed calls are not logged, and it is answered',
      [RINGING, { ...ANSWERED, extensions: ['101'] }],
      { options: { log_missed: false } },
      'FindContact, CreateActivity',
    ],
    [
      'the number is excluded, however it is written',
      [RINGING],
      { options: { excluded_numbers: ['0044 20 7183 8750'] } },
      '| number_excluded',
    ],
    [
      'the extension is excluded',
      [RINGING],
      { options: { excluded_extensions: ['101'] } },
      '| extension_excluded',
    ],
    [
      'one extension of a group is excluded',
      [GROUP, ANSWERED],
      { options: { excluded_extensions: ['101'] } },
      'FindContact, CreateActivity',
    ],
    [
      'unknown callers become contacts',
      [RINGING],
      { options: { unknown_callers: 'create_contact' } },
      'FindContact, CreateContact, CreateActivity',
    ],
    [
      'it ends with a recording',
      [RINGING, ENDED, RECORDED],
      {},
      'FindContact, CreateActivity, StopCallActivity, UploadFile',
    ],
    [
      'recordings are not wanted',
      [RINGING, ENDED, RECORDED],
      { options: { recordings: 'none' } },
      'FindContact, CreateActivity, StopCallActivity',
    ],
    [
      'the document writes no calls',
      [RINGING, ENDED],
      { without: ['CreateActivity'] },
      'FindContact | absent_method',
    ],
  ])('when %s', (_name, events, given, expected) => {
    expect(keys(plan(events, given))).toBe(expected.replace(/^\| /, ''));
  });

  it('adds nothing when it is made again', () => {
    const events = [RINGING, ENDED, RECORDED];
    const first = plan(events);
    const steps = first.add.map((step) => aStep(step.method, { id: step.key, key: step.key }));

    const again = plan(events, { steps, previous: facts(...events) });

    expect(again).toMatchObject({ add: [], merge: [], cancel: [] });
  });

  it('gives a ring that is late its time', () => {
    const { add } = plan([{ ...ENDED, direction: 'inbound', extensions: ['101'], duration: 5 }]);

    expect(add.map((step) => step.readyAt - NOW)).toEqual([3_000, 3_000, 0]);
  });
});

describe('a change after the create', () => {
  const done = [aStep('CreateActivity', { state: 'done' })];
  const noted = event('noted', { description: 'x', subject: 'y' });

  function change(...events: readonly CallEvent[]) {
    return (given: Parameters<typeof plan>[1] = {}) =>
      plan([RINGING, ...events], { steps: done, previous: facts(RINGING), ...given });
  }

  it.each<[string, Plan, string]>([
    ['a comment', change(noted)(), 'UpdateActivity note'],
    ['another contact', change(event('noted', { contactId: '5' }))(), 'UpdateActivity contact'],
    [
      'another kind of the same contact',
      change(event('noted', { contactId: '5', contactType: 'lead' }))({
        previous: facts(RINGING, event('noted', { contactId: '5' })),
      }),
      'UpdateActivity contact',
    ],
    [
      'another contact, where a method is for that',
      change(event('noted', { contactId: '5', description: 'x' }))({
        methods: new Set(['CreateActivity', 'AssignActivity', 'UpdateActivity']),
      }),
      'AssignActivity contact; UpdateActivity note',
    ],
    [
      'another contact, of one of several CRMs',
      change(event('noted', { contactId: '5' }))({
        onlyConnection: false,
        without: ['FindContact'],
      }),
      '',
    ],
    ['another owner', change(ANSWERED)(), 'UpdateActivity owner'],
    [
      'the first owner, by option',
      change(
        ANSWERED,
        event('transferred', { extensions: ['101'] }),
      )({ options: { owner_after_transfer: 'first' } }),
      'UpdateActivity owner',
    ],
    [
      'no owner any more, where calls may have none',
      change(UNLINKED)({ options: { owner_without_link: 'none' } }),
      'UpdateActivity owner',
    ],
    [
      'another owner by option, where the extension has none',
      change(UNLINKED)({ options: { owner_without_link: 'user:99' } }),
      'UpdateActivity owner',
    ],
    [
      'still no owner',
      change(UNLINKED)({
        options: { owner_without_link: 'none' },
        previous: facts(RINGING, event('transferred', { extensions: ['998'] })),
      }),
      '',
    ],
    [
      'a link to the recording',
      change(RECORDED)({ options: { recordings: 'link' } }),
      'UpdateActivity recording',
    ],
    [
      'a link, where files cannot be uploaded',
      change(RECORDED)({ without: ['UploadFile'] }),
      'UpdateActivity recording',
    ],
    ['nothing', change()(), ''],
  ])('that is %s', (_name, { add }, expected) => {
    const changes = add.filter((step) => step.reasons.length > 0);

    expect(changes.map((step) => `${step.method} ${step.reasons.join()}`).join('; ')).toBe(
      expected,
    );
  });

  it('says that the record keeps its owner, where calls of nobody are left out', () => {
    const options = { owner_without_link: 'skip' } as const;
    const told = change(UNLINKED)({ options }).add.filter(({ reasons }) => reasons.length > 0);

    expect(told).toMatchObject([
      {
        method: 'UpdateActivity',
        reasons: ['owner'],
        skipped: {
          reason: 'rule',
          message:
            'The record keeps its owner in the CRM: extension 999 is linked with no CRM user',
        },
      },
    ]);
    const later = change(UNLINKED, noted)({ options, previous: facts(RINGING, UNLINKED) });
    expect(later.add.flatMap(({ reasons }) => reasons)).toEqual(['note']);
  });

  it('waits five seconds for more, and joins an update that waits', () => {
    const first = change(noted)().add.find((step) => step.method === 'UpdateActivity');
    const waiting = aStep('UpdateActivity', { reasons: ['owner'], readyAt: NOW + 2_000 });

    const joined = change(noted)({ steps: [...done, waiting] });

    expect(first?.readyAt).toBe(NOW + 5_000);
    expect(joined.merge).toEqual([{ stepId: waiting.id, reasons: ['owner', 'note'] }]);
  });

  it('is told by the create itself while that was not sent', () => {
    const { add } = change(noted)({ steps: [aStep('CreateActivity')] });

    expect(add.filter((step) => step.method === 'UpdateActivity')).toEqual([]);
  });

  it('is shown as not told where the document has no method for it', () => {
    const { add } = change(noted)({ without: ['UpdateActivity'] });

    expect(add.find((step) => step.method === 'UpdateActivity')?.skipped).toMatchObject({
      reason: 'absent_method',
    });
  });

  it('of the contact ends a search that still waits', () => {
    const { cancel } = change(event('noted', { contactId: '5' }))({
      steps: [aStep('FindContact'), ...done],
    });

    expect(cancel).toMatchObject([{ stepId: 'FindContact', reason: 'contact_known' }]);
  });
});

describe('a recording with an address of our own', () => {
  const KEY = 'https://pbx.test/1.wav';
  const planned = (given: Parameters<typeof plan>[1]) =>
    plan([RINGING, ANSWERED, ENDED, RECORDED], { ownLinks: true, ...given }).add.filter(
      ({ recordingKey }) => recordingKey === KEY,
    );

  it.each<[string, Parameters<typeof plan>[1], string]>([
    ['upload', {}, `UploadFile ${KEY}`],
    ['link', { options: { recordings: 'link' } }, `UpdateActivity recording ${KEY}`],
    ['none', { options: { recordings: 'none' } }, ''],
    ['upload without UploadFile', { without: ['UploadFile'] }, `UpdateActivity recording ${KEY}`],
    ['link without our address', { options: { recordings: 'link' }, ownLinks: false }, ''],
  ])('under the option %s leads to one step of its own', (_name, given, expected) => {
    expect(
      planned(given)
        .map(({ key }) => key)
        .join(),
    ).toBe(expected);
  });

  it('is told once, and does not keep other news waiting', () => {
    const options = { recordings: 'link' } as const;
    const [step] = planned({ options });
    const waiting = aStep('UpdateActivity', {
      key: step?.key ?? '',
      recordingKey: KEY,
      readyAt: NOW + 900_000,
    });
    const steps = [aStep('CreateActivity', { state: 'done' }), waiting];

    const again = plan([RINGING, ANSWERED, ENDED, RECORDED, event('noted', { subject: 'Hi' })], {
      ...{ options, steps, ownLinks: true },
      previous: facts(RINGING, ANSWERED, ENDED, RECORDED),
    });

    expect(again.merge).toEqual([]);
    expect(again.add.map(({ key, reasons }) => `${key} ${reasons.join()}`)).toContain(
      'UpdateActivity 2 note',
    );
    expect(again.add.filter(({ recordingKey }) => recordingKey !== undefined)).toEqual([]);
  });

  it('is shown as not told where the document cannot', () => {
    const [step] = planned({ options: { recordings: 'link' }, without: ['UpdateActivity'] });

    expect(step?.skipped?.reason).toBe('absent_method');
  });
});
