import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { hostileText } from '../testing/hostile-text.ts';
import { bodyText, contextOf, documentOf } from '../testing/render-request.ts';
import type { RenderedRequest, RenderResult } from './request.ts';

// As in receiver.test.ts: the receiver's own parsers read what was sent.
const SEEDED = { seed: 40_404, numRuns: 400 };
const FORM = 'application/x-www-form-urlencoded';
const HARMFUL = /(?:^|[[\].])(?:__proto__|constructor|prototype)(?:$|[[\].])/;

const key = fc.oneof(
  hostileText,
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'n', 'a][b', 'a[b]', 'x.__proto__'),
);

/** Compiles once; each run renders with another subject and another comment. */
function renderer(method: JsonObject, changes: JsonObject = {}) {
  const document = documentOf({
    ...changes,
    API: { CreateActivity: { request_method: 'POST', request_path: '/c/d', ...method } },
  });
  const request = document.methods.get('CreateActivity')?.objects[0]?.requests[0];
  return (subject: string, description = 'v'): RenderResult => {
    if (request === undefined) throw new RangeError('no request');
    return request.render(contextOf({ values: { subject, description } }));
  };
}

function requestIn(result: RenderResult): RenderedRequest {
  if (result.status !== 'request') throw new TypeError(JSON.stringify(result));
  return result.request;
}

/** Origin, path and fragment: what no key may change. */
function expectSameAddress(request: RenderedRequest): void {
  const url = new URL(request.url);
  expect([url.origin, url.pathname, url.hash]).toEqual(['https://crm.example', '/c/d', '']);
}

describe('the receiver parses back exactly the key and its value, or gets no request', () => {
  it('in JSON, beside the members of the template', () => {
    const render = renderer({ request_parameters: { $subject$: '$description$', n: 1 } });

    fc.assert(
      fc.property(key, hostileText, (name, value) => {
        const result = render(name, value);
        if (HARMFUL.test(name.toWellFormed()) || name === 'n') {
          expect(result).toMatchObject({ status: 'unsafe_value', name: 'subject' });
          return;
        }
        const text = bodyText(requestIn(result));
        expect(JSON.parse(text)).toEqual({ [name.toWellFormed()]: value.toWellFormed(), n: 1 });
      }),
      SEEDED,
    );
  });

  it.each([
    [
      'a form',
      { request_content_type: FORM, request_parameters: { f_$subject$: '$description$', n: 1 } },
    ],
    [
      'the query of a GET',
      { request_method: 'GET', request_parameters: { f_$subject$: '$description$', n: 1 } },
    ],
    ['the query of a POST', { query: { f_$subject$: '$description$', n: 1 } }],
    ['the path', { request_path: '/c/d?f_$subject$=$description$&n=1' }],
  ])('in %s, and the pairs of the template', (place, method) => {
    const render = renderer(method);

    fc.assert(
      fc.property(key, hostileText, (name, value) => {
        const result = render(name, value);
        if (/[[\]]/.test(name) || HARMFUL.test(`f_${name}`)) {
          expect(result).toMatchObject({ status: 'unsafe_value', name: 'subject' });
          return;
        }
        const request = requestIn(result);
        expectSameAddress(request);
        const written = place === 'a form' ? bodyText(request) : new URL(request.url).search;
        expect([...new URLSearchParams(written)]).toEqual([
          [`f_${name.toWellFormed()}`, value.toWellFormed()],
          ['n', '1'],
        ]);
      }),
      SEEDED,
    );
  });

  it('in multipart, as browsers write names', async () => {
    const render = renderer({
      request_content_type: 'multipart/form-data',
      request_parameters: { f_$subject$: '$description$', n: 'x' },
    });

    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        const result = render(name);
        if (/[[\]]/.test(name) || HARMFUL.test(`f_${name}`)) {
          expect(result.status).toBe('unsafe_value');
          return;
        }
        const request = requestIn(result);
        const headers = { 'content-type': request.body?.contentType ?? '' };
        const form = await new Response(bodyText(request), { headers }).formData();
        expect([...form.keys()]).toEqual([`f_${name.toWellFormed()}`, 'n']);
        expect([...form.values()]).toEqual(['v', 'x']);
      }),
      SEEDED,
    );
  });

  it('in JSON text inside a text', () => {
    const render = renderer(
      { request_parameters: { q: '{"n": 1, "v": $tree$}' } },
      { variables: { tree: { json: { f_$subject$: ['$description$', 'x$subject$'] } } } },
    );

    fc.assert(
      fc.property(key, hostileText, (name, value) => {
        const result = render(name, value);
        if (HARMFUL.test(`f_${name.toWellFormed()}`)) {
          expect(result.status).toBe('unsafe_value');
          return;
        }
        const [formed, text] = [name.toWellFormed(), value.toWellFormed()];
        const { q }: { q: string } = JSON.parse(bodyText(requestIn(result)));
        expect(JSON.parse(q)).toEqual({ n: 1, v: { [`f_${formed}`]: [text, `x${formed}`] } });
      }),
      SEEDED,
    );
  });

  it('in the name of a header, which stays one header', () => {
    const render = renderer({ request_headers: { 'X-$subject$': '1', 'X-Team': 't' } });

    fc.assert(
      fc.property(key, (name) => {
        const result = render(name);
        const isToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !HARMFUL.test(`X-${name}`);
        if (!isToken || name.toLowerCase() === 'team') {
          expect(result).toMatchObject({ status: 'unsafe_value', name: 'subject' });
          return;
        }
        const headers = new Headers(requestIn(result).headers.map(([each, v]) => [each, v]));
        expect(Object.fromEntries(headers)).toEqual({
          'x-team': 't',
          [`x-${name.toLowerCase()}`]: '1',
        });
      }),
      SEEDED,
    );
  });
});

describe('the receiver parses back exactly the values of a text body', () => {
  it('of plain text', () => {
    const render = renderer({ request_parameters: 'a: $subject$; "$description$"' });

    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        const request = requestIn(render(a, b));
        expectSameAddress(request);
        expect(bodyText(request)).toBe(`a: ${a.toWellFormed()}; "${b.toWellFormed()}"`);
      }),
      SEEDED,
    );
  });

  it('of JSON, whose members stay those of the template', () => {
    const render = renderer({
      request_content_type: 'application/json',
      request_parameters: '{"a": "x$subject$y", "b": ["$description$"]}',
    });

    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        const onTheWire = new TextDecoder().decode(
          new TextEncoder().encode(bodyText(requestIn(render(a, b)))),
        );
        expect(JSON.parse(onTheWire)).toEqual({
          a: `x${a.toWellFormed()}y`,
          b: [b.toWellFormed()],
        });
      }),
      SEEDED,
    );
  });

  it('of JSON outside of quotes, or gets no request', () => {
    const render = renderer({
      request_content_type: 'application/json',
      request_parameters: '{"a": [$subject$], "b": 1}',
    });
    const maybeJson = fc.oneof(
      hostileText,
      fc.json(),
      fc.constantFrom('1,2', '], "b": 2, "c": [', '1 2'),
    );

    fc.assert(
      fc.property(maybeJson, (text) => {
        const result = render(text);
        if (result.status !== 'request') return;
        const parsed: { a: unknown[]; b: number } = JSON.parse(bodyText(result.request));
        expect(parsed).toEqual({ a: [JSON.parse(text)], b: 1 });
      }),
      SEEDED,
    );
  });

  it('of XML, whose elements stay those of the template', () => {
    const render = renderer({
      request_content_type: 'text/xml; charset=utf-8',
      request_parameters: '<n a="$subject$"><t>$description$</t></n>',
    });

    fc.assert(
      fc.property(hostileText, hostileText, (a, b) => {
        const found = /^<n a="([^"<]*)"><t>([^<]*)<\/t><\/n>$/.exec(
          bodyText(requestIn(render(a, b))),
        );
        expect(found?.slice(1).map(unescapeXml)).toEqual([a.toWellFormed(), b.toWellFormed()]);
      }),
      SEEDED,
    );
  });
});

function unescapeXml(text: string): string {
  const signs: Readonly<Record<string, string>> = {
    '&amp;': '&',
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
  };
  return text.replaceAll(/&[^;]*;/g, (entity) => signs[entity] ?? '(no entity)');
}
