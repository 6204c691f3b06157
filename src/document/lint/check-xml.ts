import { findXmlFault } from '../../text/find-xml-fault.ts';
import type { StringNode } from '../json-text/json-node.ts';
import type { TemplatePart } from '../templates/template.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** Checks that a body of XML is well-formed as it is once its placeholders are filled. */
export function checkXml(
  context: LintContext,
  at: { readonly node: StringNode; readonly steps: Steps },
  parts: readonly TemplatePart[],
): void {
  let filled = '';
  const starts: { readonly filled: number; readonly part: TemplatePart; readonly at: number }[] =
    [];
  let index = 0;
  for (const part of parts) {
    starts.push({ filled: filled.length, part, at: index });
    filled += part.kind === 'text' ? part.text : wordOf(part.name);
    index += part.kind === 'text' ? part.text.length : part.length;
  }
  const found = findXmlFault(filled);
  if (found === undefined) return;
  const start = starts.findLast((each) => each.filled <= found.index);
  const within = start?.part.kind === 'text' ? found.index - start.filled : 0;
  const message = `This body is no well-formed XML: ${found.message}.`;
  context.report('xml_syntax', { ...at, index: (start?.at ?? 0) + within }, message, found.fix);
}

/** Plain text in place of a value; of its own for each name, as names of attributes must be. */
function wordOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(?![A-Za-z_])/, '_');
}
