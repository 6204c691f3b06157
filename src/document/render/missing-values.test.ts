import { describe, expect, it } from 'vitest';
import {
  bodyText,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

const LOCAL = { document: { parameters: { lead_ref: 'string', lead_word: 'string' } } };

describe('a missing value in a body', () => {
  it.each([
    ['drops its key', { a: '$contact_id$', b: 1 }, { b: 1 }],
    ['drops the object that it empties', { o: { p: { a: '$contact_id$' } }, b: 1 }, { b: 1 }],
    ['leaves an empty root object', { o: { a: '$contact_id$' } }, {}],
    ['leaves an empty root array', ['$contact_id$'], []],
    [
      'leaves what the author wrote',
      { o: { e: {}, n: null, t: '', l: [], a: '$contact_id$' } },
      { o: { e: {}, n: null, t: '', l: [] } },
    ],
    ['is empty text in mixed text', { a: 'Call with $contact_name$.' }, { a: 'Call with .' }],
    ['takes mixed text along when it is a reference', { a: '/c($contact_id$)', b: 1 }, { b: 1 }],
    ['takes mixed text along when it is a local value', { a: 'lead $lead_word$', b: 1 }, { b: 1 }],
    ['takes mixed text along when it is a date', { a: 'at $call_timestop$', b: 1 }, { b: 1 }],
    ['leaves a list', { l: ['$phone$', '$mobile$', '$email$'] }, { l: ['+442071838750'] }],
    [
      'takes an object of a list along, constants and all',
      {
        l: [
          { v: '$mobile$', k: 'm' },
          { v: '$phone$', k: 'w' },
        ],
      },
      { l: [{ v: '+442071838750', k: 'w' }] },
    ],
    [
      'leaves the rest of an object of a list',
      { l: [{ v: '$mobile$', w: '$phone$', k: 1 }] },
      { l: [{ w: '+442071838750', k: 1 }] },
    ],
    [
      'counts at any depth of an object of a list',
      { l: [{ to: { id: '$contact_id$' }, t: [{ c: 1 }] }], b: 1 },
      { b: 1 },
    ],
    [
      'leaves mixed text of a list that has another value',
      { l: ['$contact_name$ $phone$', '$email$'] },
      { l: [' +442071838750'] },
    ],
    [
      'takes mixed text of a list along when all its values are missing',
      { l: ['Dear $contact_name$', '$phone$'] },
      { l: ['+442071838750'] },
    ],
    ['takes a tuple along', { t: ['write_date', '>', '$since$'], b: 1 }, { b: 1 }],
    [
      'takes one tuple of a list along',
      {
        d: [
          ['a', '=', '$since$'],
          ['b', '=', '$phone$'],
        ],
      },
      { d: [['b', '=', '+442071838750']] },
    ],
    [
      'leaves an object in a tuple empty',
      { t: ['create', { m: '$mobile$' }, 1] },
      { t: ['create', {}, 1] },
    ],
    [
      'leaves a list in a tuple empty',
      { t: ['db', [['d', '>', '$since$']], {}] },
      { t: ['db', [], {}] },
    ],
    [
      'leaves lists of lists in a tuple',
      { t: ['db', [[['d', '>', '$since$']]]] },
      { t: ['db', [[]]] },
    ],
    ['leaves a tuple in a tuple empty', { t: ['db', ['d', '$since$']] }, { t: ['db', []] }],
    [
      'drops under a key again, though inside a tuple',
      { t: ['db', { domain: [['d', '>', '$since$']], fields: ['n'] }] },
      { t: ['db', { fields: ['n'] }] },
    ],
    [
      'takes a mixed text with a reference out of a tuple whole',
      { t: ['note', 'party,$contact_id$'], b: 1 },
      { b: 1 },
    ],
    [
      'stays in a tuple as empty mixed text',
      { t: ['note', 'for $contact_name$'] },
      { t: ['note', 'for '] },
    ],
  ])('%s', (_, parameters, expected) => {
    const values = { phone: '+442071838750' };

    expect(renderBody(parameters, { ...LOCAL, method: 'CreateContact', values })).toEqual(expected);
  });

  it.each([[null], [''], [undefined]])('is also %j', (value) => {
    expect(renderBody({ a: '$subject$' }, { values: { subject: value } })).toEqual({});
  });

  it.each([
    ['zero', { a: '$call_duration$' }, { call_duration: 0 }, { a: 0 }],
    ['a blank', { a: '$subject$' }, { subject: ' ' }, { a: ' ' }],
  ])('is not %s', (_, parameters, values, expected) => {
    expect(renderBody(parameters, { values })).toEqual(expected);
  });

  it('does not see inherited members as values', () => {
    expect(renderBody({ a: '$subject$' }, { values: Object.create({ subject: 'x' }) })).toEqual({});
  });
});

describe('@when', () => {
  it.each([
    ['a name with a value', { o: { '@when': 'contact_id', k: 1 } }, { o: { k: 1 } }],
    ['a name without one', { o: { '@when': 'mobile', k: 1 }, b: 1 }, { b: 1 }],
    ['an expression that is true', { o: { '@when': "subject == 'x'", k: 1 } }, { o: { k: 1 } }],
    ['an expression that is false', { o: { '@when': "subject == 'y'", k: 1 }, b: 1 }, { b: 1 }],
    [
      'a false condition in a list',
      { l: [{ '@when': 'mobile', k: 1 }, { k: 2 }] },
      { l: [{ k: 2 }] },
    ],
    ['a false condition in a tuple', { t: ['a', { '@when': 'mobile', k: 1 }] }, { t: ['a', {}] }],
    ['a false condition at the root', { '@when': 'mobile', k: 1 }, {}],
    [
      'a true condition whose members are missing',
      { o: { '@when': 'contact_id', k: '$mobile$' }, b: 1 },
      { b: 1 },
    ],
  ])('decides by %s', (_, parameters, expected) => {
    const values = { contact_id: '42', subject: 'x' };

    expect(renderBody(parameters, { values })).toEqual(expected);
  });
});

describe('@when by other names', () => {
  it.each([
    ['a label with a blank', 'API key', true],
    ['a label without its value', 'Team', false],
    ['a variable', 'greeting', true],
    ['a variable without value', 'nobody', false],
    ['a form of a number', 'phone_country', true],
    ['a form that the number has not', 'mobile_country', false],
    ['a number that is zero', 'call_duration', true],
  ])('asks for %s', (_, when, exists) => {
    const document = {
      properties: ['API key', 'Team'],
      variables: { greeting: 'Hello $subject$', nobody: 'c $contact_id$' },
    };
    const options = {
      document,
      properties: { 'API key': 'k' },
      values: { phone: '+442071838750', mobile: '*97', call_duration: 0 },
    };

    expect(renderBody({ o: { '@when': when, k: 1 } }, options)).toEqual(
      exists ? { o: { k: 1 } } : {},
    );
  });

  it('never sends a placeholder, and keys of a body are no comments', () => {
    expect(renderBody({ _limit: 1, '//x': 2, a: '$subject$' })).toEqual({ _limit: 1, '//x': 2 });
  });
});

describe('@when and what only a file or a page brings', () => {
  const tree = { o: { '@when': 'present(file)', k: 1 }, p: { '@when': '!present(file)', k: 2 } };

  it('present(file) is true when there is a file', () => {
    const file = { size: 5 };

    expect(renderBody(tree, { context: { file } })).toEqual({ o: { k: 1 } });
    expect(renderBody(tree)).toEqual({ p: { k: 2 } });
  });

  it.each([
    ['no cursor yet', { page_size: 50 }, { size: 50 }],
    ['a cursor', { cursor: 'c2', page_size: 50 }, { size: 50, after: { cursor: 'c2' } }],
    ['a large page', { page_size: 100 }, { size: 100, big: { yes: true } }],
  ])('moving values decide: %s', (_, moving, expected) => {
    const method = {
      request_method: 'POST',
      request_path: '/c',
      request_parameters: {
        size: '$page_size$',
        after: { '@when': 'cursor', cursor: '$cursor$' },
        big: { '@when': "page_size > 90 || cursor == 'x'", yes: true },
      },
      response_map: { next: '$cursor$', l: [{ id: '$contact_id$' }] },
      paging: { type: 'cursor' },
    };

    const result = renderDocument(
      { API: { Contacts: method } },
      { method: 'Contacts', context: { moving } },
    );

    expect(JSON.parse(bodyText(requestOf(result)))).toEqual(expected);
  });
});

describe('a missing value in a URL or header', () => {
  it('takes its pair of the query along, and the question mark with the last', () => {
    expect(renderPath('/c?a=1&s=$since$&b=2')).toBe('https://crm.example/c?a=1&b=2');
    expect(renderPath('/c?s=$since$')).toBe('https://crm.example/c');
    expect(renderPath('/c?s=after $since$')).toBe('https://crm.example/c');
    expect(renderPath('/c?s=by $contact_name$')).toBe('https://crm.example/c?s=by%20');
  });

  it.each([['contact_id'], ['subject']])('stops the request when %s stands in the path', (name) => {
    expect(renderPath(`/c/x-$${name}$`)).toEqual({ status: 'missing_value', name });
  });

  it('takes a header along', () => {
    const method = {
      request_method: 'GET',
      request_path: '/me',
      request_headers: { 'X-Contact': '$contact_id$', 'X-Mixed': 'c-$contact_id$', 'X-Team': 't' },
    };

    const { headers } = requestOf(renderDocument({ API: { CreateActivity: method } }));

    expect(headers).toEqual([['X-Team', 't']]);
  });

  it('stops the request when a credential has none', () => {
    const result = renderDocument({
      properties: ['API key'],
      auth: { type: 'Bearer', token: '$API key$' },
    });

    expect(result).toEqual({ status: 'missing_value', name: 'API key' });
  });

  it('stops the request of an OAuth2 document without a token', () => {
    const OAuth2 = {
      client_id: 'c',
      client_secret: 's',
      flow_type: '0',
      authorization_endpoint: 'https://crm.example/authorize',
      token_endpoint: 'https://crm.example/token',
    };

    expect(renderDocument({ OAuth2 })).toEqual({ status: 'missing_value', name: 'access_token' });
  });
});

describe('lines of a text', () => {
  const text = 'Call\nWith $contact_name$\nRecording: $call_url$ $subject$\nEnd';

  it('go when their placeholders are all missing or a reference is', () => {
    expect(renderBody({ a: text }, { values: { subject: 's' } })).toEqual({ a: 'Call\nEnd' });
  });

  it('stay when a text has a value', () => {
    expect(renderBody({ a: text }, { values: { contact_name: 'Ada' } })).toEqual({
      a: 'Call\nWith Ada\nEnd',
    });
  });

  it('take the text along when none is left', () => {
    expect(renderBody({ a: '$subject$\n$description$', b: 1 })).toEqual({ b: 1 });
  });
});
