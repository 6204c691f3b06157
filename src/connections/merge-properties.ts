import type { PropertyField } from '../document/names/properties.ts';
import { AppError } from '../errors/app-error.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { checkPropertyValues, withDefaults } from './property-values.ts';
import type { CheckUrl, PropertyProblem } from './property-values.ts';

export interface PropertyChange {
  /** Values to store as they are. */
  readonly plain: ReadonlyMap<string, string>;
  /** Values to seal: those that are new. */
  readonly sealed: ReadonlyMap<string, string>;
  /** Labels whose sealed value goes. */
  readonly dropped: readonly string[];
  /** The pinned origins of these values. */
  readonly origins: readonly string[];
}

export interface StoredProperties {
  readonly plain: ReadonlyMap<string, string>;
  /** Opened secrets. */
  readonly secret: ReadonlyMap<string, string>;
}

/**
 * Puts given values over the stored ones, `""` taking a value away, and checks the result against
 * the document. Throws `invalid_request` with all problems; a refused address names the setting
 * that allows it.
 */
export function mergeProperties(
  document: CompiledDocument,
  stored: StoredProperties,
  rules: { readonly given: Readonly<Record<string, string>>; readonly checkUrl: CheckUrl },
): PropertyChange {
  const fields = new Map(document.properties.map((field) => [field.label, field]));
  const given = new Map(Object.entries(rules.given));
  const isSecret = (label: string): boolean => fields.get(label)?.secret === true;
  // Values of labels that a newer version of the document dropped are left behind, and so are
  // secrets that it declares to be none: they would be shown.
  const values = new Map([
    ...[...stored.plain].filter(([label]) => fields.has(label)),
    ...[...stored.secret].filter(([label]) => isSecret(label)),
  ]);
  for (const [label, value] of given) {
    if (value === '') values.delete(label);
    else values.set(label, value);
  }
  const problems = [
    ...refuseFilled(document.properties, given),
    ...checkPropertyValues(document.properties, values, rules.checkUrl),
  ];
  if (problems.length > 0) throw refuse(problems);
  const origins = checkOrigins(document, values, rules.checkUrl);
  const secrets = [...values].filter(([label]) => isSecret(label));
  return {
    plain: new Map([...values].filter(([label]) => !isSecret(label))),
    sealed: new Map(secrets.filter(([label, value]) => stored.secret.get(label) !== value)),
    dropped: [...stored.secret.keys()].filter((label) => !isSecret(label) || !values.has(label)),
    origins,
  };
}

/** What comes with the sign-in is typed by nobody: it may lead credentials to an address. */
function refuseFilled(
  fields: readonly PropertyField[],
  given: ReadonlyMap<string, string>,
): readonly PropertyProblem[] {
  return fields
    .filter(({ label, filledBySignIn }) => filledBySignIn && (given.get(label) ?? '') !== '')
    .map(({ label }) => ({
      property: label,
      message: `'${label}' comes with the sign-in and cannot be typed in.`,
    }));
}

/** The pinned origins of these values; throws `invalid_request` for one that may not be called. */
function checkOrigins(
  document: CompiledDocument,
  values: ReadonlyMap<string, string>,
  checkUrl: CheckUrl,
): readonly string[] {
  const origins = document.originsOf(withDefaults(document.properties, values));
  // Where the sign-in tells the address there is none before it.
  const comesLater = document.properties.some(({ filledBySignIn }) => filledBySignIn);
  if (origins.length === 0 && document.methods.size > 0 && !comesLater) {
    const urls = document.properties.filter(({ secret }) => !secret).map(({ label }) => label);
    const named = urls.length === 0 ? 'the document' : `'${urls.join("', '")}'`;
    const message = `No address to call follows from ${named}: a URL must be complete (https://…) and its host one that the document may call.`;
    throw refuse([{ property: urls[0] ?? 'resource_url', message }]);
  }
  const problems = origins.flatMap((origin): PropertyProblem[] => {
    const verdict = checkUrl(origin);
    return verdict.ok
      ? []
      : [{ property: labelOf(document.properties, values, origin), message: verdict.reason }];
  });
  if (problems.length > 0) throw refuse(problems);
  return origins;
}

/** The property that an origin came from, as far as its value shows it. */
function labelOf(
  fields: readonly PropertyField[],
  values: ReadonlyMap<string, string>,
  origin: string,
): string {
  const host = origin.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
  const source = fields.find((field) => values.get(field.label)?.toLowerCase().includes(host));
  return source?.label ?? 'resource_url';
}

function refuse(problems: readonly PropertyProblem[]): AppError {
  return new AppError(
    'invalid_request',
    `The properties do not fit: ${problems.map((problem) => problem.message).join(' ')}`,
    { details: { problems } },
  );
}
