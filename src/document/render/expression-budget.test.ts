import { expect, test } from 'vitest';
import { compileDocument } from '../compile.ts';
import type { Json } from '../json-value.ts';
import type { RenderContext } from './request.ts';
import { EXPRESSIONS_MAX_CHARACTERS } from './scope.ts';

const CONTEXT: RenderContext = {
  values: { subject: 'a' },
  properties: {},
  country: 'GB',
  timezone: 'UTC',
  phones: { parse: () => undefined, same: () => false },
  boundary: 'b',
};

/** An expression that makes 64 KiB of a letter, and goes through them `times` times. */
function costly(times: number): string {
  const sixteen = (text: string): string => `replace(${text}, 'a', '${'a'.repeat(16)}')`;
  let text = sixteen(sixteen(sixteen(sixteen('subject'))));
  for (let count = 0; count < times; count += 1) text = `replace(${text}, 'a', 'a')`;
  return `left(${text}, 1) == 'a'`;
}

function creating(parameters: Json) {
  const document = compileDocument(
    JSON.stringify({
      id: 'x',
      name: 'X',
      class: 'crm',
      resource_url: 'https://crm.example',
      parameters: { subject: 'string' },
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          request_parameters: parameters,
        },
      },
    }),
  );
  const request = document.methods.get('CreateActivity')?.objects[0]?.requests[0];
  if (request === undefined) throw new Error('the document has no method');
  return request;
}

test('expressions of a request go through so much text together, and no more', () => {
  const members = Array.from({ length: 50 }, (_, index) => [
    `k${String(index)}`,
    { '@when': costly(2), there: true },
  ]);

  const rendered = creating(Object.fromEntries(members)).render(CONTEXT);

  if (rendered.status !== 'request') throw new Error(rendered.status);
  const [chunk] = rendered.request.body?.chunks ?? [];
  if (typeof chunk !== 'string') throw new Error('the body is no text');
  const body: object = JSON.parse(chunk);
  expect(Object.keys(body)).toEqual(['k0', 'k1']);
  expect(rendered.notes.map(({ message }) => message)).toContain(
    'An expression has no value: The expressions of this request together go through too much text.',
  );
});

test('what an expression reads counts too, however short its result', () => {
  const expressions = { left: EXPRESSIONS_MAX_CHARACTERS };
  const text = 'b'.repeat(60_000);

  creating({ k: { '@when': "left(subject, 1) == 'b'", there: true } }).render({
    ...CONTEXT,
    values: { subject: text },
    expressions,
  });

  expect(EXPRESSIONS_MAX_CHARACTERS - expressions.left).toBeGreaterThanOrEqual(text.length);
});
