import type { Json } from '../json-value.ts';
import type { Names } from '../names/names.ts';
import type { ReaderOf } from '../render/name-reader.ts';
import type { RenderContext } from '../render/request.ts';
import type { CompiledText } from '../render/text.ts';
import type { Notation } from '../templates/template.ts';
import type { AnswerFrame } from './sign-in-answer.ts';

/** What the parts of a document's sign-in are compiled with. */
export interface SignInFrame {
  readonly document: Json;
  readonly names: Names;
  readonly notation: Notation;
  /** Names as requests know them. */
  readonly readerOf: ReaderOf;
  readonly answers: AnswerFrame;
  /** Compiles a text in which tokens may stand. */
  compile(text: string): CompiledText;
  /** Adds the defaults of properties. */
  complete(context: RenderContext): RenderContext;
}
