import { jsonMembers, jsonObject } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { noteEmptied } from './body/lost-content.ts';
import { flattenPairs } from './body/pairs.ts';
import type { Pair } from './body/pairs.ts';
import { openValue } from './body/rendered-tree.ts';
import type { Rendered } from './body/rendered-tree.ts';
import type { Scope } from './scope.ts';

type CompileTree = (tree: Json) => (scope: Scope) => Rendered;

/**
 * Compiles the query of a request: the members of `query`, then those of the `parameters` of a GET.
 * Of two with one name that of the parameters goes out, even where it has no value.
 */
export function compileQuery(
  query: Json | undefined,
  parameters: Json | undefined,
  compile: CompileTree,
): (scope: Scope) => readonly Pair[] {
  const winning = jsonMembers(parameters);
  const names = new Set(winning.map(([key]) => key));
  const rest = jsonMembers(query).filter(([key]) => key === '@when' || !names.has(key));
  if (winning.length === 0 && rest.length === 0) return () => [];
  const first = compile(jsonObject(rest));
  const second = compile(parameters ?? {});
  return (scope) => {
    const own = objectOf(second(scope));
    if (winning.length > 0) noteEmptied(scope, own);
    const taken = new Set(own.members.map(([key]) => key));
    const others = objectOf(first(scope));
    const kept = others.members.filter(([key]) => !taken.has(key));
    return [...flattenPairs({ ...others, members: kept }), ...flattenPairs(own)];
  };
}

function objectOf(rendered: Rendered): Extract<Rendered, { kind: 'object' }> {
  const opened = openValue(rendered);
  return opened.kind === 'object' ? opened : { kind: 'object', members: [] };
}
