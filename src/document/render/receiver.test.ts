import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import { hostileText as value } from '../testing/hostile-text.ts';
import { bodyText, contextOf, documentOf } from '../testing/render-request.ts';
import type { RenderedRequest, RenderResult } from './request.ts';
import { firstRequest } from '../method-requests.ts';

// The receiver's own parsers read what was sent: the platform's URL, URLSearchParams, JSON and
// form-data readers, and for query languages the grammar of their text literals.
const SEEDED = { seed: 20_260, numRuns: 400 };

/** Compiles once; each run renders with another subject. */
function renderer(method: JsonObject, options: { name?: MethodName; escape?: string } = {}) {
  const name = options.name ?? 'CreateActivity';
  const document = documentOf({
    API: { [name]: { request_method: 'POST', request_path: '/c', ...method } },
  });
  return (subject: string): RenderResult => {
    const compiled = firstRequest(document, name);
    if (compiled === undefined) throw new RangeError('no method');
    return compiled.render(contextOf({ values: { subject } }));
  };
}

function sent(result: RenderResult): RenderedRequest {
  expect(result.status).toBe('request');
  if (result.status !== 'request') throw new TypeError('no request');
  return result.request;
}

describe('the receiver parses back exactly the value', () => {
  it('of a path segment, and sees the segments of the template', () => {
    const render = renderer({ request_method: 'GET', request_path: '/contacts/$subject$/notes' });

    fc.assert(
      fc.property(value, (text) => {
        const result = render(text);
        if (text === '.' || text === '..') {
          expect(result.status).toBe('unsafe_value');
          return;
        }
        const url = new URL(sent(result).url);
        const segments = url.pathname.split('/');
        expect([url.origin, segments.length, url.search, url.hash]).toEqual([
          'https://crm.example',
          4,
          '',
          '',
        ]);
        expect(decodeURIComponent(segments[2] ?? '')).toBe(text.toWellFormed());
      }),
      SEEDED,
    );
  });

  it('of a part of a path segment', () => {
    const render = renderer({ request_method: 'GET', request_path: '/c/.$subject$' });

    fc.assert(
      fc.property(value, (text) => {
        const result = render(text);
        if (text === '.') {
          expect(result.status).toBe('unsafe_value');
          return;
        }
        const { pathname } = new URL(sent(result).url);
        expect(decodeURIComponent(pathname.split('/')[2] ?? '')).toBe(`.${text.toWellFormed()}`);
      }),
      SEEDED,
    );
  });

  it.each([
    [
      'request_parameters',
      { request_method: 'GET', request_parameters: { q: '$subject$', n: '1' } },
    ],
    ['the path', { request_method: 'GET', request_path: '/c?q=$subject$&n=1' }],
  ])('of a query value in %s, and sees the pairs of the template', (_, method) => {
    const render = renderer(method);

    fc.assert(
      fc.property(value, (text) => {
        const url = new URL(sent(render(text)).url);
        expect([url.origin, url.pathname, url.hash]).toEqual(['https://crm.example', '/c', '']);
        expect([...url.searchParams]).toEqual([
          ['q', text.toWellFormed()],
          ['n', '1'],
        ]);
      }),
      SEEDED,
    );
  });

  it('of a header, or gets no request', () => {
    const render = renderer({ request_headers: { 'X-Subject': '$subject$', 'X-Team': 't' } });

    fc.assert(
      fc.property(value, (text) => {
        const result = render(text);
        if (result.status !== 'request') {
          expect(result.status).toBe('unsafe_value');
          expect(text).toMatch(/[^\t\u0020-\u007e\u0080-\u00ff]/);
          return;
        }
        expect(result.request.headers).toEqual([
          ['X-Subject', text],
          ['X-Team', 't'],
        ]);
        expect(text).not.toMatch(/[\r\n\0]/);
      }),
      SEEDED,
    );
  });

  it('of a JSON text, and sees the members of the template', () => {
    const render = renderer({
      request_parameters: { a: '$subject$', m: 'x$subject$y', b: { c: 1 } },
    });

    fc.assert(
      fc.property(value, (text) => {
        const request = sent(render(text));
        const formed = text.toWellFormed();
        const onTheWire = new TextDecoder().decode(new TextEncoder().encode(bodyText(request)));
        expect(JSON.parse(onTheWire)).toEqual({ a: formed, m: `x${formed}y`, b: { c: 1 } });
      }),
      SEEDED,
    );
  });

  it('of a form field, and sees the fields of the template', () => {
    const render = renderer({
      request_content_type: 'application/x-www-form-urlencoded',
      request_parameters: { a: '$subject$', 'b[]': ['x$subject$', '$subject$'] },
    });

    fc.assert(
      fc.property(value, (text) => {
        const formed = text.toWellFormed();
        const fields = [...new URLSearchParams(bodyText(sent(render(text))))];
        expect(fields).toEqual([
          ['a', formed],
          ['b[]', `x${formed}`],
          ['b[]', formed],
        ]);
      }),
      SEEDED,
    );
  });

  it('of a multipart field, and sees the parts of the template', async () => {
    const render = renderer({
      request_content_type: 'multipart/form-data',
      request_parameters: { a: '$subject$', o: { s: '$subject$' }, b: 'x' },
    });

    await fc.assert(
      fc.asyncProperty(value, async (text) => {
        const request = sent(render(text));
        const headers = { 'content-type': request.body?.contentType ?? '' };
        const form = await new Response(bodyText(request), { headers }).formData();
        const formed = text.toWellFormed();
        expect([...form.keys()]).toEqual(['a', 'o', 'b']);
        expect(form.get('a')).toBe(formed);
        expect(form.get('o')).toBe(JSON.stringify({ s: formed }));
        expect(form.get('b')).toBe('x');
      }),
      SEEDED,
    );
  });

  it.each([
    ['soql', /^Name = '((?:[^'\\]|\\[\s\S])*)' LIMIT 1$/, unescapeSoql],
    ['odata', /^Name = '((?:[^']|'')*)' LIMIT 1$/, (text: string) => text.replaceAll("''", "'")],
    ['sql', /^Name = '((?:[^']|'')*)' LIMIT 1$/, (text: string) => text.replaceAll("''", "'")],
  ] as const)('of a quoted text of %s in a body and in a query', (escape, literal, unescape) => {
    const template = "Name = '$subject$' LIMIT 1";
    const inBody = renderer(
      { escape, request_parameters: { q: template } },
      { name: 'FindContact' },
    );
    const inQuery = renderer(
      { escape, request_method: 'GET', request_parameters: { q: template } },
      { name: 'FindContact' },
    );

    fc.assert(
      fc.property(value, (text) => {
        const body: { q: string } = JSON.parse(bodyText(sent(inBody(text))));
        const query = new URL(sent(inQuery(text)).url).searchParams.get('q') ?? '';
        for (const received of [body.q, query]) {
          const found = literal.exec(received);
          expect(unescape(found?.[1] ?? '(no literal)')).toBe(text.toWellFormed());
        }
      }),
      SEEDED,
    );
  });

  it('of a quoted text without escape, or gets no request', () => {
    const render = renderer(
      { request_parameters: { q: "Name = '$subject$'" } },
      { name: 'FindContact' },
    );

    fc.assert(
      fc.property(value, (text) => {
        const result = render(text);
        const breaks = /["'\\\u0000-\u001f\u007f-\u009f]/.test(text);
        expect(result.status).toBe(breaks ? 'unsafe_value' : 'request');
      }),
      SEEDED,
    );
  });

  it('of a property in a host, or gets no request', () => {
    const document = documentOf({
      properties: ['Sub'],
      resource_url: 'https://$Sub$.crm.example',
      API: { CreateActivity: { request_method: 'GET', request_path: '/c' } },
    });

    fc.assert(
      fc.property(value, (text) => {
        const result = firstRequest(document, 'CreateActivity')?.render(
          contextOf({ properties: { Sub: text } }),
        );
        if (result?.status !== 'request') {
          expect(text.toLowerCase()).not.toMatch(/^[a-z0-9-]{1,63}$/);
          return;
        }
        expect(new URL(result.request.url).host).toBe(`${text.toLowerCase()}.crm.example`);
      }),
      SEEDED,
    );
  });

  it('of a property that begins the URL, or gets no request', () => {
    const document = documentOf({
      properties: ['URL'],
      resource_url: '$URL$',
      API: { CreateActivity: { request_method: 'GET', request_path: '/c' } },
    });
    const start = fc.tuple(
      fc.constantFrom('https://', 'http://', 'https:/', ''),
      fc.constantFrom('a.example', ''),
      value,
    );

    fc.assert(
      fc.property(start, ([scheme, host, rest]) => {
        const text = scheme + host + rest;
        const result = firstRequest(document, 'CreateActivity')?.render(
          contextOf({ properties: { URL: text } }),
        );
        if (result?.status !== 'request') return;
        const url = new URL(result.request.url);
        const asked = new URL(text);
        expect(url.origin).toBe(asked.origin);
        expect([url.username, url.password, url.hash]).toEqual(['', '', '']);
      }),
      SEEDED,
    );
  });
});

function unescapeSoql(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return text.replaceAll(/\\([\s\S])/g, (_, sign: string) => letters[sign] ?? sign);
}
