import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../json-value.ts';
import type { RenderedBody, RenderedRequest } from '../../render/request.ts';
import { contextOf } from '../render-request.ts';
import { faultsOf } from './judge.ts';

const SOURCE: JsonObject = {
  request_method: 'POST',
  request_path: '/calls/$contact_id$?q=$subject$',
  request_headers: { 'X-Team': '$Team$' },
  request_parameters: { alpha: '$subject$', beta: 'fixed' },
};
const DOCUMENT: JsonObject = {
  resource_url: 'https://api.example.com/v1/',
  API: { CreateActivity: SOURCE },
};
const SENT: RenderedRequest = {
  method: 'POST',
  url: 'https://api.example.com/v1/calls/c-1?q=Call',
  headers: [['X-Team', 'a']],
  body: { contentType: 'application/json', chunks: ['{"alpha":"Call","beta":"fixed"}'] },
};
const json = (text: string): RenderedBody => ({
  contentType: 'application/json',
  chunks: [text],
});
const parts = (text: string): RenderedBody => ({
  contentType: 'multipart/form-data; boundary=b',
  chunks: [text],
});

function faults(changes: Partial<RenderedRequest>): readonly string[] {
  const context = contextOf({ values: { subject: 'Call' } });
  return faultsOf({ ...SENT, ...changes }, { document: DOCUMENT, source: SOURCE, context });
}

describe('a request is judged', () => {
  it('faultless as it was meant', () => {
    expect(faults({})).toEqual([]);
  });

  // Without these the property over whole documents could pass whatever was rendered.
  it.each<[string, Partial<RenderedRequest>, RegExp]>([
    ['another origin', { url: 'https://evil.example/v1/calls/c-1' }, /origin/],
    ['a further segment', { url: 'https://api.example.com/v1/calls/c/1' }, /segments/],
    ['a segment less', { url: 'https://api.example.com/v1/calls' }, /segments/],
    ['dots', { url: 'https://api.example.com/v1/calls/..' }, /rewritten/],
    ['a blank in the URL', { url: 'https://api.example.com/v1/calls/c 1' }, /character/],
    ['a fragment', { url: 'https://api.example.com/v1/calls/c-1#x' }, /more than it may/],
    ['further pairs', { url: `${SENT.url}&a=1&b=2&c=3` }, /pairs/],
    [
      'a placeholder in the path',
      { url: 'https://api.example.com/v1/calls/%24contact_id%24' },
      /as it stands/,
    ],
    ['a placeholder in the body', { body: json('{"alpha":"$subject$"}') }, /as it stands/],
    ['a line break in a header', { headers: [['X-Team', 'a\r\nX-Evil: 1']] }, /header/],
    [
      'the same header twice',
      {
        headers: [
          ['X-Team', 'a'],
          ['x-team', 'b'],
        ],
      },
      /twice/,
    ],
    [
      'further headers',
      {
        headers: [
          ['X-Team', 'a'],
          ['A', '1'],
          ['B', '2'],
        ],
      },
      /headers/,
    ],
    ['broken JSON', { body: json('{"alpha":"a"b"}') }, /JSON/],
    ['a further member', { body: json('{"alpha":"a","gamma":1}') }, /another one/],
    ['another literal', { body: json('{"beta":"changed"}') }, /another one/],
    ['half a surrogate', { body: json('{"alpha":"\ud800"}') }, /UTF-8/],
    ['parts that do not end', { body: parts('--b\r\n') }, /do not end/],
    ['a head in a part', { body: parts('--b\r\nX-Evil: 1\r\n\r\nx\r\n--b--\r\n') }, /another head/],
  ])('for %s', (_, changes, fault) => {
    expect(faults(changes).join()).toMatch(fault);
  });
});
