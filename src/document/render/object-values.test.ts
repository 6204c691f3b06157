import { describe, expect, it } from 'vitest';
import { parseLosslessJson } from '../../text/lossless-json.ts';
import type { JsonObject } from '../json-value.ts';
import { firstRequest } from '../method-requests.ts';
import {
  bodyText,
  contextOf,
  documentOf,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

const DOCUMENT: JsonObject = { parameters: { upload_fields: 'object', lead_ref: 'string' } };
const TREE = { key: 'a b', n: 12345678901234567890n.toString(), list: [1, { x: null }] };
const KEPT = '{"key":"a b","n":12345678901234567890,"list":[1,{"x":null}]}';
const values = { upload_fields: KEPT };

function sent(method: JsonObject, given: Record<string, string> = values) {
  const request = { request_method: 'POST', request_path: '/c', ...method };
  return requestOf(
    renderDocument({ ...DOCUMENT, API: { CreateActivity: request } }, { values: given }),
  );
}

describe('a piece of an answer that is kept whole', () => {
  it('is a tree where it stands alone in a body, and no digit is lost', () => {
    expect(bodyText(sent({ request_parameters: { o: '$upload_fields$' } }))).toBe(`{"o":${KEPT}}`);
  });

  it('comes back from an answer as it was, and goes out again', () => {
    const document = documentOf({
      ...DOCUMENT,
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/c',
          response_map: { id: '$activity_id$', upload: { fields: '$upload_fields$' } },
        },
        UploadFile: {
          request_method: 'POST',
          request_path: '/u',
          request_parameters: { fields: '$upload_fields$' },
        },
      },
    });
    const answer = parseLosslessJson(`{"id": 7, "upload": {"fields": ${KEPT}}}`);
    const context = contextOf({});

    const bound = firstRequest(document, 'CreateActivity')?.bind.read(
      answer.status === 'json' ? answer.value : undefined,
      context,
    );
    const kept = bound?.status === 'bound' ? bound.records[0]?.['upload_fields'] : undefined;
    const sent = firstRequest(document, 'UploadFile')?.render(
      contextOf({ values: { upload_fields: String(kept) } }),
    );

    expect(sent?.status === 'request' && bodyText(sent.request)).toBe(`{"fields":${KEPT}}`);
  });

  it('is nested in a form and in a query', () => {
    const pairs = `o%5Bkey%5D=a%20b&o%5Bn%5D=${TREE.n}&o%5Blist%5D%5B0%5D=1`;
    const fields = { o: '$upload_fields$' };
    const type = { request_content_type: 'application/x-www-form-urlencoded' };

    expect(bodyText(sent({ ...type, request_parameters: fields }))).toContain('o%5Bkey%5D=a%20b');
    expect(sent({ query: fields }).url).toContain(pairs.slice(0, pairs.indexOf('&o%5Blist')));
  });

  it('is one part of JSON in multipart', () => {
    const type = { request_content_type: 'multipart/form-data' };

    expect(bodyText(sent({ ...type, request_parameters: { o: '$upload_fields$' } }))).toContain(
      `name="o"\r\nContent-Type: application/json\r\n\r\n${KEPT}\r\n`,
    );
  });

  it('is compact JSON text inside a text, a path, a header and a key', () => {
    const given = { upload_fields: '{ "a" : 1 }' };
    const headers = sent({ request_headers: { 'X-O': '$upload_fields$' } }, given).headers;

    expect(renderBody({ t: 'o=$upload_fields$' }, { document: DOCUMENT, values: given })).toEqual({
      t: 'o={"a":1}',
    });
    expect(renderPath('/c/$upload_fields$', { document: DOCUMENT, values: given })).toBe(
      'https://crm.example/c/%7B%22a%22%3A1%7D',
    );
    expect(headers).toEqual([['X-O', '{"a":1}']]);
    expect(renderBody({ $upload_fields$: 1 }, { document: DOCUMENT, values: given })).toEqual({
      '{"a":1}': 1,
    });
  });

  it('may be a list or a scalar', () => {
    const render = (kept: string): unknown =>
      renderBody({ o: '$upload_fields$' }, { document: DOCUMENT, values: { upload_fields: kept } });

    expect(render('[1,"2"]')).toEqual({ o: [1, '2'] });
    expect(render('7')).toEqual({ o: 7 });
    expect(render('null')).toEqual({});
  });

  it('takes its key along where it has no value', () => {
    expect(renderBody({ o: '$upload_fields$', b: 1 }, { document: DOCUMENT })).toEqual({ b: 1 });
  });

  it('is text with a note where it is no JSON', () => {
    const API = {
      CreateActivity: {
        request_method: 'POST',
        request_path: '/c',
        request_parameters: { o: '$upload_fields$' },
      },
    };

    const result = renderDocument({ ...DOCUMENT, API }, { values: { upload_fields: '{x' } });

    expect(bodyText(requestOf(result))).toBe('{"o":"{x"}');
    expect(result).toMatchObject({ notes: [{ code: 'value_not_of_type' }] });
  });

  it('keeps members that programs are harmed by as data', () => {
    const body = bodyText(
      sent(
        { request_parameters: { o: '$upload_fields$' } },
        { upload_fields: '{"__proto__":{"a":1}}' },
      ),
    );

    expect(body).toBe('{"o":{"__proto__":{"a":1}}}');
    expect(Object.prototype).not.toHaveProperty('a');
  });

  it('is bounded with all other values of the request', () => {
    const kept = JSON.stringify({ a: 'x'.repeat(10_000) });
    const list = Array.from({ length: 40 }, () => '$upload_fields$');
    const API = {
      CreateActivity: { request_method: 'POST', request_path: '/c', request_parameters: { list } },
    };

    expect(renderDocument({ ...DOCUMENT, API }, { values: { upload_fields: kept } })).toMatchObject(
      { status: 'unsafe_value', name: 'upload_fields' },
    );
  });
});
