import { jsonKindOf } from '../fields/field.ts';
import type { Field, FieldSetName, MapShape, Shape, TextShape, TextUse } from '../fields/field.ts';
import { isCommentKey } from '../comment-key.ts';
import { FIELDS, fieldNamed, kindOfSet } from '../fields/field-sets.ts';
import { memberOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode, Member, ObjectNode, StringNode } from '../json-text/json-node.ts';
import { METHOD_NAMES, methodNamed } from '../methods.ts';
import type { MethodNode, Place, Report, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';
import { meantKey, placeFix } from './other-keys.ts';
import { choiceFix, kindFix, KIND_WORDS, KINDS } from './shape-words.ts';

export interface WalkedDocument {
  readonly places: readonly Place[];
  readonly methods: readonly MethodNode[];
}

/** Where the walk stands. */
interface Spot {
  readonly steps: Steps;
  /** Under its present name. */
  readonly method?: string;
  /** True inside a method with `paging`. */
  readonly paging: boolean;
}

/**
 * Walks a document with the field tables: reports keys and values of the wrong shape, and collects
 * every text that may hold placeholders, with what it is for.
 */
export function checkShapes(root: ObjectNode, report: Report): WalkedDocument {
  const walker = new ShapeWalker(report);
  walker.fieldSet(root, 'document', { steps: [], paging: false });
  return { places: walker.places, methods: walker.methods };
}

class ShapeWalker {
  readonly places: Place[] = [];
  readonly methods: MethodNode[] = [];
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  fieldSet(node: ObjectNode, set: FieldSetName, at: Spot): void {
    const wrong = wrongKeys(node, set);
    const type = kindOf(node, set, wrong);
    for (const member of node.members) {
      const key = member.key.value;
      if (!isCommentKey(key)) {
        this.#member(member, set, type, inside(at, key));
      }
    }
    for (const each of FIELDS[set].fields) {
      const needed =
        each.required === true ||
        matchesType(each.requiredFor, type) ||
        (each.requiredUnless !== undefined && memberOf(node, each.requiredUnless) === undefined);
      const present = [each.name, ...(each.aliases ?? [])].some(
        (name) => memberOf(node, name) !== undefined,
      );
      if (needed && !present) {
        const meant = wrong.get(each.name);
        if (meant === undefined) this.#missing(node, each, at);
        else this.#misnamed(meant.key, each, inside(at, meant.key.value));
      }
    }
  }

  #member(member: Member, set: FieldSetName, type: string | undefined, at: Spot): void {
    const { key, value } = member;
    const found = fieldNamed(set, key.value);
    if (found === undefined) {
      this.#unknown(member, set, type, at);
      return;
    }
    if (found.name !== key.value) {
      const message = `"${key.value}" is an old spelling of "${found.name}".`;
      this.#report(
        'deprecated_field',
        { node: key, steps: at.steps },
        message,
        `write "${found.name}"`,
      );
    }
    if (found.onlyFor !== undefined && type !== undefined && !matchesType(found.onlyFor, type)) {
      const message = `"${key.value}" has no meaning for the ${kindOfSet(set).key} "${type}".`;
      this.#report('unknown_field', { node: key, steps: at.steps }, message, 'remove it');
    }
    this.#value(value, found.shapes, `"${key.value}"`, at);
  }

  #unknown({ key, value }: Member, set: FieldSetName, type: string | undefined, at: Spot): void {
    const elsewhere = placeFix(set, key.value, type);
    const meant = elsewhere === undefined ? meantKey(set, key.value) : undefined;
    const message = `"${key.value}" is no key of ${FIELDS[set].phrase}; it is kept and never sent.`;
    const fix =
      elsewhere ??
      (meant === undefined
        ? `remove it, or write "_${key.value}" for a note of yours`
        : `write "${meant}"`);
    this.#report('unknown_field', { node: key, steps: at.steps }, message, fix);
    // What stands under a wrong name is used all the same: nobody is told that a field is not.
    const use = fieldNamed(set, meant ?? '')?.shapes.find(({ kind }) => kind === 'text');
    if (use?.kind === 'text') this.#tree(value, use.use, at);
  }

  /** A key that must be there, and is there under another name. */
  #misnamed(key: StringNode, each: Field, at: Spot): void {
    const message = `The key "${each.name}" is missing; "${key.value}" seems to mean it.`;
    const fix = `write "${each.name}" in place of "${key.value}"`;
    this.#report('missing_field', { node: key, steps: at.steps }, message, fix);
  }

  #missing(node: ObjectNode, each: Field, at: Spot): void {
    const message = `The key "${each.name}" is missing: ${lowerFirst(each.description)}`;
    const fix = `add "${each.name}": ${JSON.stringify(each.example)}`;
    this.#report('missing_field', { node, steps: at.steps }, message, fix);
  }

  #value(node: JsonNode, shapes: readonly Shape[], what: string, at: Spot): void {
    const kind = KINDS[node.kind];
    const shape = shapes.find((each) => jsonKindOf(each) === kind);
    if (shape === undefined) {
      const wanted = shapes.map((each) => KIND_WORDS[jsonKindOf(each)]).join(' or ');
      const message = `${what} must be ${wanted}, not ${KIND_WORDS[kind]}.`;
      this.#report('wrong_type', { node, steps: at.steps }, message, kindFix(node, shapes));
      return;
    }
    this.#shape(node, shape, what, at);
  }

  #shape(node: JsonNode, shape: Shape, what: string, at: Spot): void {
    if (shape.kind === 'text' && node.kind === 'string') {
      this.#text(node, shape, what, at);
    } else if (shape.kind === 'number' && node.kind === 'number') {
      const value = Number(node.source);
      const { minimum, maximum } = shape;
      if (
        value < minimum ||
        value > maximum ||
        (shape.whole === true && maximum < 1e15 && !Number.isInteger(value))
      ) {
        const message = `${what} must be a whole number from ${String(minimum)} to ${String(maximum)}.`;
        this.#report('invalid_option', { node, steps: at.steps }, message);
      }
    } else if (shape.kind === 'object' && node.kind === 'object') {
      this.fieldSet(node, shape.fields, at);
    } else if (shape.kind === 'map' && node.kind === 'object') {
      this.#map(node, shape, what, at);
    } else if (shape.kind === 'list' && node.kind === 'array') {
      node.elements.forEach((each, index) => {
        this.#value(each, shape.items, `An element of ${what}`, inside(at, index));
      });
    } else if (shape.kind === 'tree') {
      this.#tree(node, shape.use, at);
    } else if (shape.kind === 'variable' && node.kind === 'object') {
      this.#variable(node, at);
    }
  }

  #text(node: StringNode, shape: TextShape, what: string, at: Spot): void {
    const { value } = node;
    if (shape.choices !== undefined) {
      const fold = (text: string): string => (shape.anyCase === true ? text.toLowerCase() : text);
      const found = shape.choices.find((each) => fold(each.value) === fold(value));
      if (found === undefined) {
        const values = shape.choices.map((each) => each.value);
        const list = values.map((each) => `"${each}"`).join(', ');
        const message = `${what} cannot be "${value}"; it takes ${list}.`;
        this.#report(
          'invalid_option',
          { node, steps: at.steps },
          message,
          choiceFix(value, values),
        );
      }
    }
    if (shape.pattern !== undefined && !new RegExp(`^(?:${shape.pattern})$`).test(value)) {
      this.#report(
        'invalid_option',
        { node, steps: at.steps },
        `${what} must be ${shape.patternWords ?? 'of another form'}.`,
      );
    }
    if (shape.maxLength !== undefined && value.length > shape.maxLength) {
      const message = `${what} has more than ${String(shape.maxLength)} characters.`;
      this.#report('invalid_option', { node, steps: at.steps }, message, 'shorten it');
    }
    this.#place(node, shape.use, at);
  }

  #map(node: ObjectNode, shape: MapShape, what: string, at: Spot): void {
    for (const { key, value } of node.members) {
      if (isCommentKey(key.value)) {
        continue;
      }
      const inner = inside(at, key.value);
      if (shape.keys === 'method') {
        this.#method(key, value, shape, inner);
        continue;
      }
      const use = shape.values.find((each) => each.kind === 'text')?.use;
      if ((shape.keys === 'header' || shape.keys === 'text') && use === 'request') {
        this.#place(key, use, inner, true);
      }
      this.#value(value, shape.values, `"${key.value}" in ${what}`, inner);
    }
  }

  #method(key: StringNode, value: JsonNode, shape: MapShape, at: Spot): void {
    const name = methodNamed(key.value);
    if (name === undefined) {
      const near = nearName(key.value, METHOD_NAMES);
      const message = `"${key.value}" is no method; it is kept and never run.`;
      const fix = near === undefined ? `use one of ${METHOD_NAMES.join(', ')}` : `write "${near}"`;
      this.#report('unknown_method', { node: key, steps: at.steps }, message, fix);
    } else if (name !== key.value) {
      const message = `"${key.value}" is an old spelling of "${name}".`;
      this.#report('deprecated_field', { node: key, steps: at.steps }, message, `write "${name}"`);
    }
    const several = value.kind === 'array';
    const objects = several ? value.elements : [value];
    objects.forEach((node, index) => {
      const { steps } = several ? inside(at, index) : at;
      const paging = memberOf(node, 'paging') !== undefined;
      const shapes = shape.values.filter((each) => each.kind === 'object');
      const spot = { steps, method: name ?? key.value, paging };
      this.#value(node, shapes, `The method "${key.value}"`, spot);
      if (node.kind === 'object') {
        const base = { spelling: key.value, node, steps, key };
        this.methods.push(name === undefined ? base : { ...base, name });
      }
    });
  }

  #tree(node: JsonNode, use: TextUse, at: Spot): void {
    if (node.kind === 'string') {
      this.#place(node, use, at);
    } else if (node.kind === 'array') {
      node.elements.forEach((each, index) => {
        this.#tree(each, use, inside(at, index));
      });
    } else if (node.kind === 'object') {
      for (const { key, value } of node.members) {
        const inner = inside(at, key.value);
        if (key.value === '@when' && use === 'request') {
          this.#value(value, [{ kind: 'text', use: 'condition' }], '"@when"', inner);
          continue;
        }
        this.#place(key, use, inner, true);
        this.#tree(value, use, inner);
      }
    }
  }

  /** Forms with a key of their own; choices are checked with the variables. */
  #variable(node: ObjectNode, at: Spot): void {
    for (const set of ['variable_expression', 'variable_json', 'variable_text'] as const) {
      if (
        FIELDS[set].fields.some(
          (each) => each.required === true && memberOf(node, each.name) !== undefined,
        )
      ) {
        this.fieldSet(node, set, at);
        return;
      }
    }
    this.#choiceRows(node, at);
  }

  #choiceRows(node: ObjectNode, at: Spot): void {
    for (const { key, value } of node.members) {
      const inner = inside(at, key.value);
      if (isCommentKey(key.value)) {
        continue;
      }
      if (value.kind !== 'object') {
        const message = `The choice by "${key.value}" must be an object with a row for each value.`;
        this.#report(
          'wrong_type',
          { node: value, steps: inner.steps },
          message,
          `write {"${key.value}": {"a value": "a text", "default": "another"}}`,
        );
        continue;
      }
      for (const row of value.members) {
        const spot = inside(inner, row.key.value);
        if (row.value.kind === 'string') {
          this.#place(row.value, 'request', spot);
        } else if (row.value.kind === 'object') {
          this.#choiceRows(row.value, spot);
        } else if (row.value.kind === 'array') {
          const message = `The row "${row.key.value}" must be a text, a number, true, false or another choice.`;
          this.#report('wrong_type', { node: row.value, steps: spot.steps }, message);
        }
      }
    }
  }

  #place(node: StringNode, use: TextUse, at: Spot, isKey = false): void {
    const { steps, method, paging } = at;
    const base = { node, steps, use, isKey, paging, parsed: undefined };
    this.places.push(method === undefined ? base : { ...base, method });
  }
}

/** By the name that they mean: members under a wrong one, where the right one is not there too. */
function wrongKeys(node: ObjectNode, set: FieldSetName): ReadonlyMap<string, Member> {
  const wrong = new Map<string, Member>();
  for (const member of node.members) {
    const key = member.key.value;
    if (isCommentKey(key) || fieldNamed(set, key) !== undefined) continue;
    const meant = meantKey(set, key);
    if (meant !== undefined && memberOf(node, meant) === undefined) wrong.set(meant, member);
  }
  return wrong;
}

/** The kind of a set's object; `undefined` where it is none of those it may be, which is told by itself. */
function kindOf(
  node: ObjectNode,
  set: FieldSetName,
  wrong: ReadonlyMap<string, Member>,
): string | undefined {
  const { key, default: standIn } = kindOfSet(set);
  const member = memberOf(node, key) ?? wrong.get(key);
  if (member === undefined) return standIn;
  const type = stringOf(member.value);
  const isKnown = fieldNamed(set, key)?.shapes.some(
    (shape) =>
      shape.kind === 'text' &&
      (shape.choices?.some((each) => matchesType([each.value], type)) ?? true),
  );
  return isKnown === false ? undefined : type;
}

function inside(at: Spot, step: string | number): Spot {
  return { ...at, steps: [...at.steps, step] };
}

function matchesType(types: readonly string[] | undefined, type: string | undefined): boolean {
  return types?.some((each) => each.toLowerCase() === type?.toLowerCase()) ?? false;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
