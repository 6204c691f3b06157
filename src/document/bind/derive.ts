import { createAnswerReader } from '../expression/answer-reader.ts';
import type { AnswerView } from '../expression/answer-reader.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { CompiledExpression } from '../expression/compile-expression.ts';
import { RunningError } from '../expression/running-error.ts';
import { jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { methodRow } from '../methods.ts';
import type { NameRef, Names } from '../names/names.ts';
import { evaluateExpression } from '../render/evaluate-expression.ts';
import type { NameReader, ReaderOf } from '../render/name-reader.ts';
import type { RenderContext } from '../render/request.ts';
import { createScope } from '../render/scope.ts';
import { numericValue, scalarText } from '../values/plain-number.ts';
import type { Note, Scalar } from '../values/values.ts';
import { bindTarget } from './bind-target.ts';
import type { BindTarget } from './bind-target.ts';
import type { OpenRecord } from './found-scope.ts';
import { COLLECTING } from './response-map.ts';
import type { MapOptions } from './response-map.ts';

export interface DeriveOptions extends MapOptions {
  readonly readerOf: ReaderOf;
  /** Adds the defaults of properties. */
  readonly complete: (context: RenderContext) => RenderContext;
}

export interface CompiledDerive {
  /** The names of a record that it fills. */
  readonly targets: readonly string[];
  /** The moving values that it fills. */
  readonly moving: readonly string[];
  /** True when it reads the body of the answer beside the record. */
  readonly readsBody: boolean;
  /** Fills the records of one answer; what has no value leaves what was bound. Never throws. */
  fill(records: readonly OpenRecord[], answer: AnswerView, context: RenderContext): DerivedBeside;
}

/** What is computed beside the records themselves. */
export interface DerivedBeside {
  /** Moving values: those of the last record that has one. */
  readonly moving: OpenRecord;
  readonly notes: readonly Note[];
}

/** Characters that the expressions of one answer may make: an answer may have a million records. */
const MAX_CHARACTERS = 8 * 1024 * 1024;
/** What one run costs beside the texts that it makes. */
const COST_OF_A_RUN = 64;

const NOTHING: CompiledDerive = {
  targets: [],
  moving: [],
  readsBody: false,
  fill: () => ({ moving: {}, notes: [] }),
};

interface DerivedMember {
  readonly target: BindTarget;
  readonly expression: CompiledExpression;
  /** In characters. */
  readonly cost: number;
  /** Reads its own name: of a list it is computed for each value. */
  readonly forEach: boolean;
}

/**
 * Compiles `derive`. An expression sees the record just read, in which earlier members of `derive`
 * count, and the answer as `response`; a name that answers of this request cannot bind has the value
 * that the request had. `bound` are the names that its maps bind. What does not compile, or is for a
 * name that may not be bound, fills nothing; lint tells of it.
 */
export function compileDerive(
  derive: Json | undefined,
  bound: readonly string[],
  options: DeriveOptions,
): CompiledDerive {
  const names: Names = {
    resolve: (name, place = 'response') => options.names.resolve(name, place),
    all: () => options.names.all(),
  };
  const members = jsonMembers(derive).flatMap(([name, source]) =>
    compileMember(name, source, names, options),
  );
  if (members.length === 0) return NOTHING;
  const row = methodRow(options.method);
  const own = new Set([...row.targets, ...bound, ...members.map(({ target }) => target.name)]);
  return {
    targets: namesOf(members, (target) => target.moving !== true),
    moving: namesOf(members, (target) => target.moving === true),
    readsBody: members.some(({ expression }) =>
      expression.answerReads.some(({ path }) => path[0] === 'body'),
    ),
    fill: (records, answer, context) => {
      const scope = createScope(options.complete(context), row);
      const reader = createAnswerReader(answer);
      const spend = createMeter();
      const readsOf = createRecordReaders(names, own, options.readerOf);
      const moving: OpenRecord = {};
      try {
        for (const record of records) {
          for (const member of members) {
            const filled = member.target.moving === true ? moving : record;
            fillMember(filled, member, (element) => {
              spend(member.cost);
              const readerOf = readsOf(record, member.target.name, element);
              return evaluateExpression(member.expression, readerOf, scope, { reader, spend });
            });
          }
        }
      } catch (err) {
        if (!(err instanceof RunningError)) throw err;
        return { moving, notes: [...scope.notes, TOO_MUCH] };
      }
      return { moving, notes: scope.notes };
    },
  };
}

const TOO_MUCH: Note = {
  code: 'expression_failed',
  message: 'The answer has too many records for `derive`: the last ones stay as they were bound.',
};

function compileMember(
  name: string,
  source: Json,
  names: Names,
  options: DeriveOptions,
): readonly DerivedMember[] {
  const target = bindTarget(derivedName(name, options), options.method);
  if (target === undefined || typeof source !== 'string') return [];
  const compiled = compileExpression(source, names, { withAnswer: true });
  if (!compiled.ok) return [];
  const { expression } = compiled;
  const usesItself = expression.uses.some((used) => names.resolve(used)?.name === target.name);
  return [
    {
      target,
      expression,
      cost: source.length + COST_OF_A_RUN,
      forEach: COLLECTING.has(target.name) && usesItself,
    },
  ];
}

function namesOf(
  members: readonly DerivedMember[],
  which: (target: BindTarget) => boolean,
): readonly string[] {
  return [
    ...new Set(
      members
        .map(({ target }) => target)
        .filter(which)
        .map(({ name }) => name),
    ),
  ];
}

/** What `derive` fills under a name: where the method has `paging`, its moving values too. */
export function derivedName(
  name: string,
  { names, paging }: Pick<MapOptions, 'names' | 'paging'>,
): NameRef | undefined {
  const moving = paging ? names.resolve(name, 'paging') : undefined;
  return moving?.kind === 'moving' ? moving : names.resolve(name, 'response');
}

/** Counts what the runs of one answer make; throws `RunningError` once it is too much. */
function createMeter(): (characters: number) => void {
  let left = MAX_CHARACTERS;
  return (characters) => {
    left -= characters;
    if (left < 0) throw new RunningError('The answer has too many records.');
  };
}

function fillMember(
  record: OpenRecord,
  { target, forEach }: DerivedMember,
  run: (element: string | undefined) => Scalar | undefined,
): void {
  const { name } = target;
  const present = Object.hasOwn(record, name) ? record[name] : undefined;
  if (forEach && typeof present === 'object') {
    record[name] = present.map((element) => textFor(target, run(element)) ?? element);
    return;
  }
  const text = textFor(target, run(undefined));
  if (text === undefined) return;
  record[name] = COLLECTING.has(name) ? [text] : text;
}

/** The text of a result as the name's type wants it; none where it does not fit. */
function textFor({ takes }: BindTarget, result: Scalar | undefined): string | undefined {
  if (result === undefined || result === '') return undefined;
  if (typeof result === 'boolean' && takes !== 'boolean') return undefined;
  if (takes === 'number' && numericValue(result) === undefined) return undefined;
  return scalarText(result);
}

/** Readers of the names of one record: what the answer may bind comes from it alone. */
function createRecordReaders(
  names: Names,
  own: ReadonlySet<string>,
  readerOf: ReaderOf,
): (record: OpenRecord, target: string, element: string | undefined) => ReaderOf {
  return (record, target, element) => (written) => {
    const name = names.resolve(written)?.name ?? written;
    const isRecord = own.has(name) || Object.hasOwn(record, name);
    if (!isRecord) return readerOf(written);
    const value = name === target ? (element ?? firstOf(record, name)) : firstOf(record, name);
    return valueReader(name, value);
  };
}

function firstOf(record: OpenRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' ? value : value?.[0];
}

function valueReader(name: string, value: string | undefined): NameReader {
  return {
    name,
    reference: false,
    isFile: false,
    isCleared: () => false,
    typed: () => value,
    text: () => value,
    raw: () => value,
  };
}
