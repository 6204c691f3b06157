import { describe, expect, it } from 'vitest';

import type { CallEvent } from './call-event.ts';
import { mergeEvents } from './call-facts.ts';
import { callKey } from './call-key.ts';
import { callValues } from './call-values.ts';
import type { CallValuesInput } from './call-values.ts';
import { addressBook } from './recording-addresses.ts';

const START = Date.UTC(2026, 2, 1, 9);
const RINGING: CallEvent = {
  eventId: '1',
  callId: 'c',
  kind: 'ringing',
  at: START,
  direction: 'inbound',
  extensions: ['101'],
  callingNumber: '+442071838750',
  calledNumber: '+442079460000',
  did: '+442079460000',
  queue: 'Support',
  branchId: '3',
  branchName: 'Main office',
  unknownKeys: [],
};
const ENDED: CallEvent = {
  eventId: '3',
  callId: 'c',
  kind: 'ended',
  at: START + 68_000,
  duration: 63,
  cause: '16',
  extensions: ['101'],
  unknownKeys: [],
};

function values(
  events: readonly CallEvent[],
  given: Partial<Omit<CallValuesInput, 'facts'>> = {},
): Readonly<Record<string, unknown>> {
  return callValues({
    facts: mergeEvents(events.map((event, at) => ({ event, receivedAt: START, sequence: at + 1 }))),
    memory: {},
    owner: { kind: 'user', userId: '11', extension: '101' },
    callKey: 'KEY',
    texts: {},
    connection: { country: 'GB', timezone: 'Europe/London' },
    method: 'CreateActivity',
    reasons: [],
    onlyConnection: true,
    possibleDuplicate: false,
    ...given,
  });
}

describe('the values of a call', () => {
  it('are those of the ring while it rings', () => {
    expect(values([RINGING])).toEqual({
      activity_type: 'inbound',
      call_key: 'KEY',
      call_timestamp: START,
      called_number: '+442079460000',
      calling_number: '+442071838750',
      connection_id: '3',
      connection_name: 'Main office',
      country: 'GB',
      did: '+442079460000',
      party_number: '+442071838750',
      phone: '+442071838750',
      queue: 'Support',
      subject: 'Call from +442071838750',
      timezone: 'Europe/London',
      user_id: '11',
      user_number: '101',
    });
  });

  it('hold times in milliseconds, the duration in seconds and the result at the end', () => {
    expect(values([RINGING, ENDED])).toMatchObject({
      call_timestop: START + 68_000,
      call_duration: 63,
      call_cause: '16',
      call_result: 'answered',
    });
  });

  it.each<[string, Partial<CallEvent>, Parameters<typeof values>[1], object]>([
    ['what the user typed', { subject: 'Invoice' }, {}, { subject: 'Invoice' }],
    [
      "the connection's text",
      {},
      { texts: { inbound: 'In: $party_number$' } },
      { subject: 'In: +442071838750' },
    ],
    [
      'a text with a name that has no value',
      {},
      { texts: { inbound: '$company_name$' } },
      { subject: 'Call from +442071838750' },
    ],
    [
      'a withheld number',
      { callingNumber: 'anonymous' },
      {},
      { subject: 'Call from a withheld number' },
    ],
    [
      'an outbound call',
      { direction: 'outbound' },
      {},
      { subject: 'Call to +442079460000', activity_type: 'outbound' },
    ],
    [
      'a known contact',
      {},
      { memory: { contact: { contact_id: '7', firstname: 'Grace', lastname: 'Hopper' } } },
      { subject: 'Call from Grace Hopper', contact_id: '7', contact_name: 'Grace Hopper' },
    ],
  ])('have a subject for %s', (_name, members, given, expected) => {
    expect(values([{ ...RINGING, ...members }], given)).toMatchObject(expected);
  });

  it("take the user's contact over the one that was found, and nothing of that one", () => {
    const memory = { contact: { contact_id: '7', contact_name: 'Grace Hopper' } };
    const noted: CallEvent = { ...ENDED, kind: 'noted', contactId: '8' };

    const chosen = values([RINGING, noted], { memory });
    const ofSeveral = values([RINGING, noted], { memory, onlyConnection: false });

    expect(chosen['contact_id']).toBe('8');
    expect(chosen['contact_name']).toBeUndefined();
    expect(ofSeveral['contact_id']).toBe('7');
  });

  it.each<[string, Partial<CallEvent>, object]>([
    ['as the event tells it', { contactId: '9', contactType: 'deal' }, { contact_type: 'deal' }],
    ['of a contact that was found', { contactId: '7' }, { contact_type: 'lead' }],
    ['of two that have this id: none', { contactId: '8' }, { contact_type: undefined }],
    [
      'over that of another one with this id',
      { contactId: '8', contactType: 'contact' },
      { contact_type: 'contact', contact_name: 'Ada' },
    ],
    ['of nobody that is known: none', { contactId: '9' }, { contact_type: undefined }],
  ])("have the kind of the user's contact %s", (_name, chosen, expected) => {
    const lead = { contact_id: '8', contact_type: 'lead', contact_name: 'Grace' };
    const contact = { contact_id: '8', contact_type: 'contact', contact_name: 'Ada' };
    const other = { contact_id: '7', contact_type: 'lead' };
    const memory = { contact: other, choices: [other, lead, contact] };

    const all = values([RINGING, { ...ENDED, kind: 'noted', ...chosen }], { memory });

    expect({ contact_type: all['contact_type'], contact_name: all['contact_name'] }).toMatchObject(
      expected,
    );
    expect(all['contact_id']).toBe(chosen.contactId);
  });

  it('name a new contact by its number', () => {
    expect(values([RINGING], { method: 'CreateContact' })).toMatchObject({
      contact_name: '+442071838750',
      lastname: '+442071838750',
    });
  });

  it('let one address of the recording stand in for the other', () => {
    const url = 'https://pbx.test/1.wav';
    const recorded: CallEvent = { ...ENDED, kind: 'recorded', recording: { url } };

    const addresses = addressBook(new Map());
    const recordings = { told: true, key: undefined, urls: new Map(), addresses };

    // An older version kept the address itself.
    expect(values([RINGING, recorded], { recordings })).toMatchObject({
      content_url: url,
      call_url: url,
    });
  });

  describe('of recordings', () => {
    const of = (name: string, pageUrl?: string): CallEvent => ({
      ...ENDED,
      eventId: name,
      kind: 'recorded',
      recording: {
        url: `address-${name}`,
        ...(pageUrl === undefined ? {} : { pageUrl }),
      },
    });
    const ours = (name: string) => ({
      contentUrl: `https://patchcord.test/${name}/content`,
      callUrl: `https://patchcord.test/${name}`,
    });
    const urls = new Map([['address-a', ours('a')]]);
    const page = 'https://pbx.test/page';
    const addresses = addressBook(
      new Map([
        ['address-b', 'https://pbx.test/b'],
        ['address-page', page],
      ]),
    );

    it.each([
      ['ours where the bytes are here', [of('a')], undefined, ours('a').contentUrl],
      ["the phone system's until then", [of('b')], undefined, 'https://pbx.test/b'],
      ['that of the one a step is about', [of('a'), of('b')], 'address-b', 'https://pbx.test/b'],
    ])('give as the link %s', (_name, events, key, expected) => {
      const given = values([RINGING, ...events], {
        recordings: { told: true, key, urls, addresses },
      });

      expect(given['content_url']).toBe(expected);
    });

    it("give as the page the phone system's before ours", () => {
      const recordings = { told: true, key: undefined, urls, addresses };

      expect(values([RINGING, of('a')], { recordings })['call_url']).toBe(ours('a').callUrl);
      expect(values([RINGING, of('a', 'address-page')], { recordings })['call_url']).toBe(page);
    });

    it('give nothing to a connection that wants none', () => {
      const recordings = { told: false, key: undefined, urls, addresses };
      const given = values([RINGING, of('a', 'address-page')], { recordings });

      expect([given['content_url'], given['call_url']]).toEqual([undefined, undefined]);
    });
  });

  it('say in the second record that it may be one', () => {
    const noted: CallEvent = { ...ENDED, kind: 'noted', description: 'about the invoice' };

    expect(values([RINGING, noted], { possibleDuplicate: true })['description']).toMatch(
      /^about the invoice\nPossible duplicate/,
    );
  });
});

describe('the key of a call', () => {
  const secret = new Uint8Array(32).fill(1);

  it('is the same each time, another for each connection and secret, and can be read out', () => {
    const key = callKey(secret, 'call-1', 'connection-1');

    expect(key).toMatch(/^[0-9A-HJKMNP-TV-Z]{20}$/);
    expect(callKey(secret, 'call-1', 'connection-1')).toBe(key);
    expect(callKey(secret, 'call-1', 'connection-2')).not.toBe(key);
    expect(callKey(secret, 'call-2', 'connection-1')).not.toBe(key);
    expect(callKey(new Uint8Array(32), 'call-1', 'connection-1')).not.toBe(key);
  });
});
