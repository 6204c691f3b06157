import { describe, expect, it } from 'vitest';
import { collectNames } from './names.ts';

describe('collectNames', () => {
  it('knows built-in parameters without a declaration', () => {
    expect(collectNames({}).resolve('contact_id')).toMatchObject({
      kind: 'parameter',
      name: 'contact_id',
      type: { type: 'string' },
    });
  });

  it('gives a property the precedence over a parameter', () => {
    const names = collectNames({ properties: ['domain'], parameters: { domain: 'string' } });

    expect(names.resolve('domain')?.kind).toBe('property');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'does not know the inherited member %s',
    (name) => {
      expect(collectNames({}).resolve(name)).toBeUndefined();
    },
  );

  it('reads a declared unknown parameter as a local value', () => {
    const names = collectNames({ parameters: { lead_key: 'Number' } });

    expect(names.resolve('lead_key')).toEqual({
      kind: 'local',
      name: 'lead_key',
      type: { type: 'number' },
    });
  });

  it('resolves an old name to the parameter, with the type declared for either', () => {
    const names = collectNames({ parameters: { call_start: 'ISO8601Date' } });

    expect(names.resolve('call_start')).toMatchObject({
      name: 'call_timestamp',
      type: { type: 'ISO8601Date' },
    });
    expect(names.resolve('call_timestamp')).toMatchObject({ type: { type: 'ISO8601Date' } });
  });

  it('knows the forms of numbers, of old names too', () => {
    const names = collectNames({});

    expect(names.resolve('party_number_last7')).toMatchObject({
      name: 'party_number',
      form: 'last7',
    });
    expect(names.resolve('caller_number_e164')).toMatchObject({
      name: 'calling_number',
      form: 'e164',
    });
    expect(names.resolve('user_number_e164')).toBeUndefined();
  });

  it('knows moving values, tokens and further targets only in their places', () => {
    const names = collectNames({ parameters: { cursor: 'string' } });

    expect(names.resolve('cursor')?.kind).toBe('local');
    expect(names.resolve('cursor', 'paging')?.kind).toBe('moving');
    expect(names.resolve('page')).toBeUndefined();
    expect(names.resolve('access_token')).toBeUndefined();
    expect(names.resolve('access_token', 'auth')?.kind).toBe('credential');
    expect(names.resolve('deleted')).toBeUndefined();
    expect(names.resolve('deleted', 'response')?.kind).toBe('target');
    expect(names.resolve('error_message', 'error')?.kind).toBe('target');
  });

  it.each([
    ['cursor', 'paging'],
    ['access_token', 'auth'],
    ['deleted', 'response'],
  ] as const)('a property called %s wins over the name of its place', (label, place) => {
    expect(collectNames({ properties: [label] }).resolve(label, place)?.kind).toBe('property');
  });

  it('takes what is sent as a credential for secret', () => {
    const names = collectNames({
      properties: ['API key', 'User', { label: 'Pin', type: 'secret' }],
      auth: { type: 'Bearer', token: '$API key$' },
    });

    expect(names.resolve('API key')).toMatchObject({ secret: true });
    expect(names.resolve('User')).toMatchObject({ secret: false });
    expect(names.resolve('Pin')).toMatchObject({ secret: true, type: 'secret' });
  });

  it.each(['_note', '//'])('takes %s for a comment, not for a name', (key) => {
    const names = collectNames({ parameters: { [key]: 'x' }, variables: { [key]: 'y' } });

    expect(names.resolve(key)).toBeUndefined();
    expect(names.all()).not.toContain(key);
  });

  it('passes over malformed parts', () => {
    const names = collectNames({ properties: [1, {}, 'A'], parameters: [], variables: 'x' });

    expect(names.resolve('A')?.kind).toBe('property');
  });
});
