/** One figure of `npm run bench`, with what it is compared with and what it should reach. */
export interface BenchRow {
  /** What was measured, in words: `lint a document of 256 KiB`. */
  readonly figure: string;
  readonly value: number;
  /** The unit of `value`: `ms`, `events/s`, `MB`. */
  readonly unit: string;
  /** The same work done otherwise, in the same run and in the same unit. */
  readonly comparison?: {
    readonly what: string;
    readonly value: number;
    /** `value` of the row divided by `value` of the comparison. */
    readonly ratio: number;
  };
  /** What the figure should reach, in words: `under 50 ms`. */
  readonly goal?: string;
  /** Whether it reached it. */
  readonly holds?: boolean;
  /** How far the runs lie apart, in percent of the value, which is their median: the noise. */
  readonly spread?: number;
  /** What else has to be known to read the figure. */
  readonly note?: string;
}
