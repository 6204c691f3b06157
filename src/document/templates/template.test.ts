import { describe, expect, it } from 'vitest';
import { hasSigns, notationOf, parseTemplate } from './template.ts';
import type { Notation } from './template.ts';

const KNOWN = new Set(['a', 'b', 'phone', 'Client ID', 'contact_name']);

function shown(text: string, notation: Notation = 'dollar'): string {
  return parseTemplate(text, notation, (name) => KNOWN.has(name))
    .map((part) => (part.kind === 'text' ? part.text : `<${part.name}>`))
    .join('|');
}

describe('parseTemplate', () => {
  it.each([
    ['a price before a placeholder', '$5 and $phone$', '$5 and |<phone>'],
    ['two signs in a row', '$$ $$phone$$', '$$ $|<phone>|$'],
    ['a shared sign belongs to the first name', '$a$b$', '<a>|b$'],
    ['neighbours', '$a$$b$', '<a>|<b>'],
    ['an option of OData', '/x?$select=id', '/x?$select=id'],
    ['a label with a blank', '$Client ID$', '<Client ID>'],
    ['a name with outer blanks', '$ phone $', '$ phone $'],
    ['the other notation', '{phone}', '{phone}'],
    ['no closing sign', 'a $phone', 'a $phone'],
    ['an inherited member', '$constructor$', '$constructor$'],
    ['the empty text', '', ''],
  ])('reads %s', (_, text, parts) => {
    expect(shown(text)).toBe(parts);
  });

  it.each([
    ['double braces', 'FIND {{contact_name}} IN', 'FIND {|<contact_name>|} IN'],
    ['blanks', '{ phone }', '{ phone }'],
    ['dollars', '$phone$ {phone}', '$phone$ |<phone>'],
    ['an object around', '{"a": {a}}', '{"a": |<a>|}'],
  ])('reads braces with %s', (_, text, parts) => {
    expect(shown(text, 'braces')).toBe(parts);
  });

  it('tells where each placeholder stands, signs included', () => {
    const parts = parseTemplate('x $phone$', 'dollar', (name) => KNOWN.has(name));

    expect(parts[1]).toEqual({ kind: 'name', name: 'phone', offset: 2, length: 7 });
  });

  it('stays linear in the number of opening signs', () => {
    const text = `${'{'.repeat(500_000)}}`;

    expect(shown(text, 'braces')).toBe(text);
  });
});

describe('hasSigns', () => {
  it.each([
    ['$a$', true],
    ['{a}', true],
    ['x $$a$', true],
    ['{}{a}', true],
    ['$$', false],
    ['{}', false],
    ['$5', false],
    ['}{', false],
    ['', false],
  ])('of %s is %s', (text, expected) => {
    expect(hasSigns(text)).toBe(expected);
  });

  it.each(['{', '$', '{{}'])('ends with a million times %s', (piece) => {
    expect(typeof hasSigns(piece.repeat(1_000_000))).toBe('boolean');
  });
});

describe('notationOf', () => {
  it.each([
    ['{}', 'braces'],
    [undefined, 'dollar'],
    ['$', 'dollar'],
  ])('reads var_char %s as %s', (varChar, notation) => {
    expect(notationOf(varChar)).toBe(notation);
  });
});
