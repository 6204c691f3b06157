/** What can be wrong with an expression: code → what it means. */
export const EXPRESSION_PROBLEMS = {
  expression_too_long: 'An expression is longer than 16 KiB or has more than 256 parts.',
  expression_syntax: 'An expression cannot be read at this place.',
  expression_not_allowed:
    'An expression uses something that documents may not use: lists, maps, regular expressions, methods of values.',
  expression_type:
    'An expression puts together what does not go together, such as text and number.',
  expression_argument: 'A function of an expression is given something that it cannot use.',
  compared_with_null: 'An expression compares a name with null; present(name) asks that.',
  unknown_variable: 'An expression uses a name that the document does not have.',
  unknown_function: 'An expression calls a function that does not exist.',
} as const;

export type ExpressionProblemCode = keyof typeof EXPRESSION_PROBLEMS;

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
