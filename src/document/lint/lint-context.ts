import { isCommentKey } from '../comment-key.ts';
import { finding, jsonPointer } from '../findings/finding.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import type { TextUse } from '../fields/field.ts';
import { membersOf } from '../json-text/json-node.ts';
import type { JsonNode, Member, ObjectNode, StringNode } from '../json-text/json-node.ts';
import type { JsonText } from '../json-text/parse-json-text.ts';
import type { Json } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import type { NameRef, Names } from '../names/names.ts';
import { parseTemplate } from '../templates/template.ts';
import type { Notation, TemplatePart } from '../templates/template.ts';

/** The steps from the root to a value: keys and indices. */
export type Steps = readonly (string | number)[];

/** A text of the document that may hold placeholders or an expression. */
export interface Place {
  readonly node: StringNode;
  readonly steps: Steps;
  readonly use: TextUse;
  /** True for the key of a member, false for a value. */
  readonly isKey: boolean;
  /** The method it belongs to, under its present name; also unknown ones. */
  readonly method?: string;
  /** True inside a method with `paging`, where the moving names are known. */
  readonly paging: boolean;
  /** Its parts, once a rule has asked for them. */
  parsed: ParsedText | undefined;
}

interface ParsedText {
  readonly parts: readonly TemplatePart[];
  /** Of its placeholders, as often as they stand there. */
  readonly names: readonly string[];
}

export interface LintContext {
  readonly root: ObjectNode;
  readonly json: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly places: readonly Place[];
  /** The place of a text. */
  readonly placeOf: ReadonlyMap<JsonNode, Place>;
  readonly methods: readonly MethodNode[];
  /** The texts of each method object, by the JSON Pointer of its steps. */
  readonly placesUnder: ReadonlyMap<string, readonly Place[]>;
  readonly report: Report;
  /** A name between the document's signs, quoted for a message: `$contact_id$`. */
  placeholder(name: string): string;
  /** The known name that a misspelt one most likely means. */
  near(name: string): string | undefined;
  /** True when there are more findings than anybody gets to see. */
  isFull(): boolean;
}

/** Tells a finding about a place. */
export type Report = (code: FindingCode, at: At, message: string, fix?: string) => void;

/** One method object; an array of them gives one each. */
export interface MethodNode {
  /** As the document spells it. */
  readonly spelling: string;
  /** The method that it means; absent for unknown ones. */
  readonly name?: MethodName;
  readonly node: ObjectNode;
  readonly steps: Steps;
  readonly key: StringNode;
}

/** What a finding is about: a value or key, and possibly a character inside a text. */
export interface At {
  readonly node: JsonNode;
  readonly steps: Steps;
  /** In UTF-16 units of the text's value. */
  readonly index?: number;
}

/** Collects findings for the nodes of one text. */
export function createReport(text: JsonText, findings: Finding[]): Report {
  return (code, { node, steps, index }, message, fix) => {
    const offset =
      index !== undefined && node.kind === 'string' ? text.offsetWithin(node, index) : node.offset;
    findings.push(
      finding(code, { path: jsonPointer(steps), ...text.positionAt(offset), message, fix }),
    );
  };
}

/** Groups texts by the method object that they belong to, in one pass over them. */
export function groupPlaces(
  places: readonly Place[],
  methods: readonly MethodNode[],
): LintContext['placesUnder'] {
  const groups = new Map<string, Place[]>();
  for (const { steps } of methods) groups.set(jsonPointer(steps), []);
  // A method stands below `API`; one of a list of requests a level deeper.
  for (const depth of [2, 3]) {
    let last: { readonly steps: Steps; readonly group: Place[] | undefined } | undefined;
    for (const place of places) {
      if (place.steps.length < depth) continue;
      // Neighbours mostly stand in the same method: its pointer is not made again.
      if (last === undefined || !startAlike(last.steps, place.steps, depth)) {
        const group = groups.get(jsonPointer(place.steps.slice(0, depth)));
        last = { steps: place.steps, group };
      }
      last.group?.push(place);
    }
  }
  return groups;
}

function startAlike(a: Steps, b: Steps, count: number): boolean {
  for (let i = count - 1; i >= 0; i -= 1) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

/** The names that stand as placeholders in a text of the document. */
export function namesIn(context: LintContext, place: Place): readonly string[] {
  return parsedAt(context, place).names;
}

/** The literal text and the placeholders of a text of the document, in the document's notation. */
export function partsAt(context: LintContext, place: Place): readonly TemplatePart[] {
  return parsedAt(context, place).parts;
}

function parsedAt(context: LintContext, place: Place): ParsedText {
  if (place.parsed !== undefined) return place.parsed;
  const parts = parseTemplate(place.node.value, context.notation, knownAt(context, place));
  const names = parts.flatMap((part) => (part.kind === 'name' ? [part.name] : []));
  // Most rules look at the same texts.
  place.parsed = { parts, names };
  return place.parsed;
}

/** Tells of a name whether it is known where the text stands. */
export function knownAt(context: LintContext, place: Place): (name: string) => boolean {
  return (name) => resolveAt(context, place, name) !== undefined;
}

/** What a name means where it stands. */
export function resolveAt(context: LintContext, place: Place, name: string): NameRef | undefined {
  const { names } = context;
  const moving = place.paging ? names.resolve(name, 'paging') : undefined;
  if (moving?.kind === 'moving') {
    return moving;
  }
  switch (place.use) {
    case 'response':
      return names.resolve(name, isSignIn(place.steps) ? 'sign_in' : 'response');
    case 'error':
      return names.resolve(name, 'error');
    case 'auth':
      return names.resolve(name, 'auth');
    default:
      return names.resolve(name, isVariable(place.steps) ? 'auth' : 'request');
  }
}

/** True for places inside `auth` and `OAuth2`, whose answers bind tokens. */
export function isSignIn(steps: Steps): boolean {
  return steps[0] === 'auth' || steps[0] === 'OAuth2';
}

/** True for places inside a variable, where tokens may be put into another form. */
export function isVariable(steps: Steps): boolean {
  return steps[0] === 'variables';
}

/** The members of an object that are no comments of the author. */
export function declaredIn(node: JsonNode | undefined): readonly Member[] {
  return membersOf(node).filter(({ key }) => !isCommentKey(key.value));
}
