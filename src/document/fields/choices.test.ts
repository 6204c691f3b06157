import { describe, expect, test } from 'vitest';
import { typeNamed } from '../names/parameter-type.ts';
import { TYPE_NAMES } from '../names/parameters.ts';
import { readProperties } from '../names/properties.ts';
import { readPagingRule } from '../paging/paging-rule.ts';
import { compileEscape } from '../render/escapes.ts';
import type { FieldSetName } from './field.ts';
import { fieldNamed } from './field-sets.ts';

/** What the table says that a field takes. */
function choicesOf(set: FieldSetName, name: string): readonly string[] {
  const shapes = fieldNamed(set, name)?.shapes ?? [];
  return shapes.flatMap((shape) =>
    shape.kind === 'text' ? (shape.choices ?? []).map(({ value }) => value) : [],
  );
}

describe('what the table of fields lets a document choose is what runs', () => {
  test('types of parameters', () => {
    expect(choicesOf('parameter', 'type').toSorted()).toEqual(TYPE_NAMES.toSorted());
    expect(choicesOf('parameter', 'type').map(typeNamed)).not.toContain(undefined);
  });

  test.each(choicesOf('property', 'type'))('the type %s of a property', (type) => {
    const [field] = readProperties({ properties: [{ label: 'Own', type }] });

    expect(field?.type).toBe(type);
  });

  test.each(choicesOf('document', 'escape'))('the escape %s', (name) => {
    expect(compileEscape(name)).toBeDefined();
  });

  test.each(choicesOf('paging', 'type'))('paging by %s', (type) => {
    expect(readPagingRule({ type })?.type).toBe(type);
  });
});
