/** What can be wrong with an expression; the codes are findings of lint, which explains them. */
export type ExpressionProblemCode =
  | 'expression_too_long'
  | 'expression_syntax'
  | 'expression_not_allowed'
  | 'expression_type'
  | 'expression_argument'
  | 'compared_with_null'
  | 'unknown_variable'
  | 'unknown_function';

/** A fault in an expression; `offset` and `length` count UTF-16 units of the source. */
export interface ExpressionProblem {
  readonly offset: number;
  readonly length: number;
  readonly code: ExpressionProblemCode;
  readonly message: string;
  /** What to write instead, where that can be said. */
  readonly fix?: string;
}

/** The part of a parse tree's node that says where it stands in the rewritten text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}
