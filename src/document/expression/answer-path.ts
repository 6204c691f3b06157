import type { ASTNode } from '@marcbachmann/cel-js';

/** `status`, `headers` and a name, or `body` and the members and places inside it. */
export type AnswerPath = readonly (string | number)[];

export type ReadPath =
  | { readonly status: 'path'; readonly path: AnswerPath }
  /** The chain does not begin at `response`. */
  | { readonly status: 'other' }
  | { readonly status: 'refused'; readonly message: string };

/** Reads `response.body.errors[0].code` from its tree: what it reads, or why nobody may. */
export function readAnswerPath(node: ASTNode): ReadPath {
  const path: (string | number)[] = [];
  let at: ASTNode = node;
  while (at.op === '.' || at.op === '[]') {
    const step = at.op === '.' ? at.args[1] : placeOf(at.args[1]);
    if (step === undefined) {
      return startsAtAnswer(at) ? refused('A member is named by a text or a number.') : OTHER;
    }
    path.unshift(step);
    [at] = at.args;
  }
  if (at.op !== 'id' || at.args !== 'response') return OTHER;
  const wrong = faultOf(path);
  return wrong === undefined ? { status: 'path', path } : refused(wrong);
}

const OTHER: ReadPath = { status: 'other' };

function refused(message: string): ReadPath {
  return { status: 'refused', message };
}

function placeOf(node: ASTNode): string | number | undefined {
  if (node.op !== 'value') return undefined;
  const place: unknown = node.args;
  if (typeof place === 'string') return place;
  return typeof place === 'number' && Number.isSafeInteger(place) && place >= 0 ? place : undefined;
}

function startsAtAnswer(node: ASTNode): boolean {
  let at: ASTNode = node;
  while (at.op === '.' || at.op === '[]') [at] = at.args;
  return at.op === 'id' && at.args === 'response';
}

function faultOf([part, ...rest]: AnswerPath): string | undefined {
  switch (part) {
    case 'status':
      return rest.length === 0 ? undefined : 'response.status is a number and has no members.';
    case 'headers':
      return rest.length === 1 && typeof rest[0] === 'string'
        ? undefined
        : "One header is read with its name: response.headers['Retry-After'].";
    case 'body':
      return undefined;
    default:
      return 'response has status, headers and body.';
  }
}
