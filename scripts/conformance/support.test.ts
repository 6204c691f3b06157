import { describe, expect, it } from 'vitest';
import { isSupported } from './support.ts';

describe('isSupported', () => {
  it.each([
    'expression',
    'hosts',
    'escape',
    'request_headers',
    'default',
    'timezone',
    'epoch_seconds',
    'call_key',
    'phone_forms',
    'properties:type',
    '@when',
    'FindActivity',
    'ApiKey',
    'Session',
    'request_auth',
    'filled_by',
    'Account',
    'paging',
    'success',
    'errors',
    'lines',
    'query',
    'text_body',
  ])('knows that %s runs', (word) => {
    expect(isSupported(word)).toBe(true);
  });

  it.each(['steps', 'when', 'derive', 'limits', 'unheard_of'])(
    'knows that %s does not run',
    (word) => {
      expect(isSupported(word)).toBe(false);
    },
  );
});
