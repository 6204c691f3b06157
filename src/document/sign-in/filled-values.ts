import { RenderStop } from '../render/render-stop.ts';
import type { RenderContext } from '../render/request.ts';
import { createScope } from '../render/scope.ts';
import type { Authority, HostRule } from '../render/url/host.ts';
import type { CompiledUrl } from '../render/url/url.ts';
import { readWholeUrl } from '../render/url/url.ts';

/** What decides whether an answer may fill an address. */
export interface FilledRules {
  /** Labels of properties of the type `url`. */
  readonly urls: ReadonlySet<string>;
  /** Every address that the document may call. */
  readonly addresses: readonly CompiledUrl[];
  readonly hosts: readonly HostRule[];
}

/**
 * Says in words what is wrong with values that an answer filled: a URL, or a value that makes the
 * host of an address, must match `hosts`. An answer may choose an address, never widen the list.
 */
export function refuseFilled(
  filled: Readonly<Record<string, string>>,
  context: RenderContext,
  rules: FilledRules,
): string | undefined {
  const allowed = (host: string): boolean => rules.hosts.some((rule) => rule.matches(host));
  for (const [label, value] of Object.entries(filled)) {
    if (!rules.urls.has(label)) continue;
    const authority = unlessStopped(() => readWholeUrl(value, label).authority);
    if (authority === undefined) return `The value for "${label}" is no http or https address.`;
    if (!allowed(authority.host)) return notAllowed(authority, label);
  }
  const labels = new Set(Object.keys(filled));
  const complete = withFilled(context, filled);
  for (const authority of chosenAuthorities(rules.addresses, labels, complete)) {
    if (!allowed(authority.host)) return notAllowed(authority, [...labels].join('", "'));
  }
  const unsafe = rules.addresses.flatMap((address) => unsafeName(address, complete));
  const label = unsafe.find((name) => labels.has(name));
  return label === undefined ? undefined : `The value for "${label}" makes no address.`;
}

/** The name whose value keeps an address from being one. */
function unsafeName(address: CompiledUrl, context: RenderContext): readonly string[] {
  try {
    address.authority(createScope(context));
    return [];
  } catch (err) {
    if (!(err instanceof RenderStop)) throw err;
    return err.status === 'unsafe_value' ? [err.subject] : [];
  }
}

/** The origins that depend on these properties: what they are with them and would not be without. */
export function chosenAuthorities(
  addresses: readonly CompiledUrl[],
  labels: ReadonlySet<string>,
  context: RenderContext,
): readonly Authority[] {
  const { properties } = context;
  const others = Object.entries(properties).filter(([label]) => !labels.has(label));
  const without: RenderContext = { ...context, properties: Object.fromEntries(others) };
  return addresses.flatMap((address) => {
    const authority = unlessStopped(() => address.authority(createScope(context)));
    const otherwise = unlessStopped(() => address.authority(createScope(without)));
    return authority === undefined || authority.origin === otherwise?.origin ? [] : [authority];
  });
}

/** The context as it is once these values are there. */
export function withFilled(
  context: RenderContext,
  filled: Readonly<Record<string, string>>,
): RenderContext {
  return { ...context, properties: { ...context.properties, ...filled } };
}

function notAllowed(authority: Authority, labels: string): string {
  return `The answer gives ${authority.origin} for "${labels}", which is not among the "hosts" of the document.`;
}

function unlessStopped<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (err) {
    if (err instanceof RenderStop) return undefined;
    throw err;
  }
}
