/** Makes an object of a row's values; the names are those of the columns. */
export type RowMaker = (values: readonly unknown[]) => object;

/**
 * A function that makes the objects of one statement's rows, all of one shape: as fast as code that
 * names the columns, which is what it is made of. `undefined` where the process may not make code from
 * text (`node --disallow-code-generation-from-strings`). The names come from our own statements; each
 * stands in the code as a JSON text.
 */
export function makeRowMaker(columns: readonly string[]): RowMaker | undefined {
  const members = columns.map((name, at) => `[${JSON.stringify(name)}]: values[${at}]`);
  try {
    // Only names of columns go in, as JSON texts: see above.
    // oxlint-disable-next-line typescript/no-implied-eval
    const make: unknown = new Function('values', `return { ${members.join(', ')} };`);
    return isRowMaker(make) ? make : undefined;
  } catch (err) {
    if (err instanceof EvalError) return undefined;
    throw err;
  }
}

function isRowMaker(made: unknown): made is RowMaker {
  return typeof made === 'function';
}
