import type { CompiledBinding } from './bind/compile-binding.ts';
import type { Json } from './json-value.ts';
import type { MethodName } from './methods.ts';
import type { Names } from './names/names.ts';
import type { PagingRule } from './paging/paging-rule.ts';
import type { PropertyField } from './names/properties.ts';
import type { HostRule } from './render/url/host.ts';
import type { RenderContext, RenderResult } from './render/request.ts';
import type { Notation } from './templates/template.ts';

/** A document without errors, compiled once into functions; it holds no value of any connection. */
export interface CompiledDocument {
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  /** SHA-256 of the text in UTF-8, lower-case hex. */
  readonly digest: string;
  readonly source: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly properties: readonly PropertyField[];
  readonly methods: ReadonlyMap<MethodName, CompiledMethod>;
  /** The entries of `hosts`; empty when the document leaves them out. */
  readonly hosts: readonly HostRule[];
  /** How requests are authorised; `oauth2` needs an access token in the context. */
  readonly authentication: 'oauth2' | 'static' | 'none';
  /** Keys that do not run yet, `options` too. */
  readonly unsupported: readonly string[];
  /** The pinned origins that these property values give, in lower case, each once. */
  originsOf(properties: Readonly<Record<string, string>>): readonly string[];
  /** A page of the CRM for people, http(s) only; `undefined` where the document or a value lacks it. */
  link(page: 'contact_url' | 'activity_url', context: RenderContext): string | undefined;
  /** The value of a variable, `undefined` where it has none. For tests of documents. */
  variable(name: string, context: RenderContext): Json | undefined;
}

export interface CompiledMethod {
  readonly name: MethodName;
  /** Keys of the method or the document that do not run yet: running it must be refused. */
  readonly unsupported: readonly string[];
  readonly bind: CompiledBinding;
  readonly paging?: PagingRule;
  /** Fills the request. Never throws for any values. */
  render(context: RenderContext): RenderResult;
}
