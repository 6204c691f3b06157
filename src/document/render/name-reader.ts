import type { Json } from '../json-value.ts';
import type { Scalar } from '../values/values.ts';
import type { Scope } from './scope.ts';

/** How one name of the document is read, compiled once. */
export interface NameReader {
  readonly name: string;
  /** A missing reference takes the whole text with it. */
  readonly reference: boolean;
  /** The recording itself: it has no text, only a place in the body. */
  readonly isFile: boolean;
  /** True where the user emptied the value and the method writes that. */
  isCleared(scope: Scope): boolean;
  /** The value in its declared type; for JSON. */
  typed(scope: Scope): Json | undefined;
  /** The text of the typed value; for everything else. */
  text(scope: Scope): string | undefined;
  /** The value by its kind (seconds, epoch milliseconds); for expressions and arithmetic. */
  raw(scope: Scope): Scalar | undefined;
}

export type ReaderOf = (name: string) => NameReader | undefined;
