import fc from 'fast-check';

import { hostileText } from '../hostile-text.ts';
import type { RenderContext } from '../../render/request.ts';
import type { Values } from '../../values/values.ts';
import { DATE_PARAMETERS, LOCAL_NAMES, TEXT_PARAMETERS } from './any-template.ts';

/** What a rendering is given, but for what a test fixes. */
export type AnyContext = Omit<RenderContext, 'phones' | 'boundary'>;

const hostile = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: fc.constantFrom('c-17', 'Ann', 'O’Brien & Co', "O'Brien", '0042', '7') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...['1234567890123456789', '+442071838750', '020 7183 8750', '2024-02-30T25:61:61Z', '1e999'],
      ...[
        'true',
        'null',
        '{"a":1}',
        '[1]',
        '"',
        '%2e%2e',
        '..',
        '.',
        ' ',
        'constructor',
        '__proto__',
      ],
    ),
  },
);

/** What most callers send, with signs that mean something somewhere. */
const mild = fc.constantFrom(
  ...['c-17', 'Ann', 'Call from Ann', 'a+b=c&d', 'two words', '0042', '7', '+442071838750', 'x.y'],
);

const scalarOf = (text: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 6, arbitrary: text },
    { weight: 1, arbitrary: fc.oneof(fc.double(), fc.integer(), fc.boolean(), fc.constant(null)) },
  );

const VALUE_NAMES = [...TEXT_PARAMETERS, ...DATE_PARAMETERS, ...LOCAL_NAMES];

const valuesOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Values> =>
  fc
    .tuple(
      fc.record(Object.fromEntries(VALUE_NAMES.map((name) => [name, scalarOf(text)])), {
        requiredKeys: [],
      }),
      fc.constantFrom('inbound', 'outbound', 'x'),
      fc.oneof(fc.integer({ min: 0, max: 90_000 }), scalarOf(text)),
      fc.oneof(fc.constant(1_772_442_900_000), scalarOf(text)),
      fc.option(text, { nil: undefined }),
    )
    .map(([any, activity_type, call_duration, call_timestamp, filename]) => ({
      ...any,
      activity_type,
      call_duration,
      call_timestamp,
      filename,
    }));

/** Addresses that a form may hold, and some that it may not. */
const instance = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...[
        'https://acme.crm.example',
        'https://ACME.crm.example/base/',
        'http://crm.example:8080/a%20b',
      ],
    ),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      hostile,
      fc.constantFrom(
        'https://a.example@evil.example',
        'https://a.example/../x',
        'javascript:x',
        'https://[::1]/x',
      ),
    ),
  },
);
const subdomain = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('acme', 'Acme-2') },
  { weight: 1, arbitrary: hostile },
);

const propertiesOf = (text: fc.Arbitrary<string>) =>
  fc.record(
    {
      'API key': fc.oneof({ weight: 4, arbitrary: fc.constant('k3y') }, text),
      Team: text,
      Size: fc.constantFrom('7', 'x', '1e3'),
      Active: fc.constantFrom('true', 'no', '?'),
      Plan: fc.constantFrom('small', 'large'),
      'Instance URL': instance,
      Subdomain: subdomain,
      User: text,
    },
    { requiredKeys: ['API key', 'Instance URL', 'Subdomain'] },
  );

const NEXT_URLS = [
  ...[
    'https://api.example.com/v1/next?c=2',
    '/relative',
    'https://evil.example/x',
    'https://api.example.com.evil.example/',
  ],
  ...[
    'https://acme.crm.example/api/next?page=2',
    'javascript:alert(1)',
    'https://api.example.com/../x',
    '',
  ],
];

/** Any values that a method may be filled with: of half of them hostile ones among them. */
export const anyContext: fc.Arbitrary<AnyContext> = fc.oneof(contextOf(mild), contextOf(hostile));

function contextOf(text: fc.Arbitrary<string>): fc.Arbitrary<AnyContext> {
  return fc
    .tuple(
      valuesOf(text),
      propertiesOf(text),
      fc.record({
        accessToken: fc.oneof({ weight: 5, arbitrary: fc.constant('t0ken') }, text),
        sessionToken: fc.oneof({ weight: 5, arbitrary: fc.constant('s3ssion') }, text),
      }),
      fc.record({
        page: fc.integer({ min: 1, max: 9 }),
        offset: fc.nat(500),
        page_size: fc.constant(50),
        cursor: text,
      }),
      fc.option(fc.constantFrom(...NEXT_URLS), { nil: undefined, freq: 8 }),
      fc.option(
        fc.record({
          size: fc.nat(9_999),
          type: fc.constantFrom('audio/mpeg', 'x/y\r\nz'),
          name: text,
        }),
        {
          nil: undefined,
        },
      ),
      fc.option(fc.subarray(['email', 'phone', 'lastname', 'company_name']), { nil: undefined }),
    )
    .map(([given, own, tokens, moving, nextUrl, file, cleared]) => ({
      values: given,
      properties: own,
      country: 'GB',
      timezone: 'Europe/London',
      moving,
      ...tokens,
      ...(nextUrl === undefined ? {} : { nextUrl }),
      ...(file === undefined ? {} : { file }),
      ...(cleared === undefined ? {} : { cleared: new Set(cleared) }),
    }));
}
