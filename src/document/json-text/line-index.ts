/** A place in a text, counted from 1; columns in UTF-16 units, as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface LineIndex {
  positionAt(offset: number): Position;
}

/** Finds line and column of an offset; line ends are LF, CR LF and CR. */
export function createLineIndex(text: string): LineIndex {
  let known: readonly number[] | undefined;
  return {
    positionAt: (offset) => {
      // Of a faultless text no line is ever asked for.
      known ??= lineStarts(text);
      const starts = known;
      let low = 0;
      let high = starts.length;
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= offset) {
          low = middle;
        } else {
          high = middle;
        }
      }
      return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  return starts;
}
