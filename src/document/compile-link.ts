import { createScope } from './render/scope.ts';
import { RenderStop } from './render/render-stop.ts';
import type { RenderContext } from './render/request.ts';
import { asIs } from './render/text.ts';
import type { CompiledText } from './render/text.ts';
import { compileUrl, writeUrl } from './render/url/url.ts';

/** A page of the CRM for people, http(s) only; `undefined` where a value is missing or unsafe. */
export type PageLink = (context: RenderContext) => string | undefined;

/** Compiles the address of a page, such as `contact_url`. */
export function compileLink(
  template: CompiledText,
  complete: (context: RenderContext) => RenderContext,
): PageLink {
  const url = compileUrl(template, undefined, asIs);
  return (context) => {
    const scope = createScope(complete(context));
    const link = unlessStopped(() => writeUrl(url.render(scope)));
    // Links are opened in a browser: lint refuses such documents, and this is the second lock.
    return scope.readSecret ? undefined : link;
  };
}

/** What rendering gives, or no value where it lacks one or may not write it. */
export function unlessStopped<T>(render: () => T): T | undefined {
  try {
    return render();
  } catch (err) {
    if (err instanceof RenderStop) return undefined;
    throw err;
  }
}
