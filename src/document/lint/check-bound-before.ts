import { memberOf, membersOf } from '../json-text/json-node.ts';
import { boundNames, placesOf } from './check-answers.ts';
import { requestsOf } from './check-requests.ts';
import { isSignIn, namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, Place } from './lint-context.ts';

type Uses = ReadonlyMap<string, readonly string[]>;

/**
 * Checks the order of `steps`: a value of the document's own must be bound before it is used, by an
 * earlier step, another method or the sign-in. Without a value it is left out, or the step is.
 */
export function checkBoundBefore(context: LintContext, uses: Uses): void {
  const withSteps = context.methods.filter(({ node }) => memberOf(node, 'steps') !== undefined);
  if (withSteps.length === 0) return;
  const binders = bindersOf(context);
  for (const method of withSteps) {
    const bound = new Set<string>();
    const isThere = (name: string): boolean =>
      bound.has(name) || [...(binders.get(name) ?? [])].some((one) => one !== method);
    const requests = requestsOf(method).slice(1);
    for (const { node, steps } of requests) {
      const places = placesOf(context, method).filter(({ steps: own }) =>
        steps.every((step, index) => own[index] === step),
      );
      checkStep(context, { places, binders }, { uses, isThere });
      for (const place of places) {
        if (place.use === 'response') canonical(context, place).forEach((name) => bound.add(name));
      }
      for (const { key } of membersOf(memberOf(node, 'derive')?.value)) bound.add(key.value);
    }
  }
}

function checkStep(
  context: LintContext,
  of: {
    readonly places: readonly Place[];
    readonly binders: ReadonlyMap<string, ReadonlySet<unknown>>;
  },
  known: { readonly uses: Uses; readonly isThere: (name: string) => boolean },
): void {
  const told = new Set<string>();
  for (const place of of.places) {
    if (place.use !== 'request' && place.use !== 'path' && place.use !== 'url') continue;
    for (const written of namesIn(context, place)) {
      if (told.has(written)) continue;
      told.add(written);
      const name = unboundIn(context, written, known);
      if (name === undefined) continue;
      const value = context.placeholder(name);
      const isBoundLater = of.binders.has(name);
      const message = isBoundLater
        ? `This step uses ${value}, which no step before it binds, so it has no value here.`
        : `This step uses ${value}, which no answer binds, so it never has a value.`;
      const fix = isBoundLater
        ? 'move the step that binds it before this one'
        : `put "${value}" into the "response_map" of a step before this one`;
      const index = place.node.value.indexOf(context.placeholder(written));
      context.report('unbound_in_step', { ...place, index: Math.max(index, 0) }, message, fix);
    }
  }
}

/** The value of the document's own behind a name, through variables, that has no value yet. */
function unboundIn(
  context: LintContext,
  start: string,
  { uses, isThere }: { readonly uses: Uses; readonly isThere: (name: string) => boolean },
): string | undefined {
  const seen = new Set([start]);
  for (const name of seen) {
    if (context.names.resolve(name)?.kind === 'local' && !isThere(name)) return name;
    uses.get(name)?.forEach((used) => seen.add(used));
  }
  return undefined;
}

/** Name → the methods whose answers bind it; the sign-in counts as one. */
function bindersOf(context: LintContext): ReadonlyMap<string, ReadonlySet<unknown>> {
  const binders = new Map<string, Set<unknown>>();
  const add = (name: string, by: unknown): void => {
    binders.set(name, (binders.get(name) ?? new Set()).add(by));
  };
  for (const method of context.methods) {
    boundNames(context, method).forEach((name) => {
      add(name, method);
    });
  }
  for (const place of context.places) {
    if (place.use !== 'response' || !isSignIn(place.steps)) continue;
    canonical(context, place).forEach((name) => {
      add(name, 'sign_in');
    });
  }
  return binders;
}

function canonical(context: LintContext, place: Place): readonly string[] {
  return namesIn(context, place).map((name) => resolveAt(context, place, name)?.name ?? name);
}
