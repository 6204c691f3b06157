import type { BodyChunk } from '../request.ts';
import { openValue } from './rendered-tree.ts';
import type { Rendered } from './rendered-tree.ts';

const BASE64_FILE: BodyChunk = { file: 'base64' };

/**
 * Writes a rendered tree as compact JSON (RFC 8259): texts, with the file as a chunk of Base64
 * between its quotes. Base64 needs no escape in JSON.
 */
export function jsonChunks(rendered: Rendered): readonly BodyChunk[] {
  const chunks: BodyChunk[] = [];
  let text = '';
  const write = (node: Rendered): void => {
    switch (node.kind) {
      case 'value': {
        // Objects are opened: their own order is lost where keys are numbers.
        const opened = typeof node.value === 'object' ? openValue(node) : node;
        if (opened.kind === 'value') text += JSON.stringify(opened.value);
        else write(opened);
        return;
      }
      case 'file':
        text += JSON.stringify(node.before).slice(0, -1);
        chunks.push(text, BASE64_FILE);
        text = JSON.stringify(node.after).slice(1);
        return;
      case 'object':
        writeObject(node.members);
        return;
      case 'array':
        writeArray(node.elements);
        return;
    }
  };
  const writeObject = (members: readonly (readonly [string, Rendered])[]): void => {
    text += '{';
    for (const [index, [key, member]] of members.entries()) {
      text += `${index === 0 ? '' : ','}${JSON.stringify(key)}:`;
      write(member);
    }
    text += '}';
  };
  const writeArray = (elements: readonly Rendered[]): void => {
    text += '[';
    for (const [index, element] of elements.entries()) {
      if (index > 0) text += ',';
      write(element);
    }
    text += ']';
  };
  write(rendered);
  chunks.push(text);
  return chunks;
}
