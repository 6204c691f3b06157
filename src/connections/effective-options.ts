import type { Json } from '../document/json-value.ts';
import { isJsonObject, jsonMember } from '../document/json-value.ts';
import { readLimits } from '../document/options/limits.ts';
import type { Limit } from '../document/options/limits.ts';
import { ConnectionOptions } from '../document/options/options-schema.ts';
import { parseOptions } from './connection-options.ts';

/** The rules that hold for a connection, and where they come from. */
export interface EffectiveOptions {
  readonly options: ConnectionOptions;
  /** How many requests its CRM takes; none: as many as there are. */
  readonly limits: readonly Limit[];
  /** By name of the option; one that is absent has Patchcord's own default. */
  readonly from: Readonly<Record<string, OptionSource>>;
}

export type OptionSource = 'connection' | 'document';

/** More at a time than this no connection sends, whatever a document says. */
const MOST_PLACES = 32;

/**
 * Joins what was chosen for a connection with the `options` and `limits` of its document: the nearer
 * wins, texts one by one, and a rate that was chosen stands in place of all limits of the document.
 * Throws `invalid_request` for chosen options that do not fit.
 */
export function effectiveOptions(
  source: Json,
  chosen: Readonly<Record<string, unknown>>,
): EffectiveOptions {
  const { limits, concurrency } = readLimits(source);
  const defaults: Record<string, unknown> = {
    ...(concurrency === undefined ? {} : { concurrency: Math.min(concurrency, MOST_PLACES) }),
    ...documentOptions(source),
  };
  const options = parseOptions({
    ...defaults,
    ...chosen,
    ...mergedTexts(defaults['texts'], chosen['texts']),
  });
  const names = [...Object.keys(defaults), ...Object.keys(chosen)];
  return {
    options,
    limits: options.rate === undefined ? limits : [options.rate],
    from: Object.fromEntries(
      names.map((name) => [name, Object.hasOwn(chosen, name) ? 'connection' : 'document']),
    ),
  };
}

/** What a document says about its connections' options; one that does not fit is as if it were absent. */
function documentOptions(source: Json): Readonly<Record<string, unknown>> {
  const written = jsonMember(source, 'options');
  if (!isJsonObject(written)) return {};
  // Lint refuses these; a document of before `options` ran may be stored with them.
  return Object.fromEntries(
    Object.entries(written).filter(
      ([name, value]) => ConnectionOptions.safeParse({ [name]: value }).success,
    ),
  );
}

function mergedTexts(given: unknown, chosen: unknown): { readonly texts?: unknown } {
  if (!isTexts(given)) return {};
  return { texts: isTexts(chosen) ? { ...given, ...chosen } : given };
}

function isTexts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
