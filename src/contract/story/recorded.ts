import recorded from './recorded.json' with { type: 'json' };

/** How a route answered when the story was told: a true exchange, with names for what is secret. */
export interface RecordedExample {
  readonly endpoint: string;
  readonly method: string;
  /** With query. */
  readonly path: string;
  /** Which key was sent; absent where none is needed. */
  readonly as?: string;
  /** Beside the key and the media type of JSON. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or a text for a route that takes bytes; absent without one. */
  readonly body?: unknown;
  readonly status: number;
  /** JSON or a text; absent for an empty answer. */
  readonly answer?: unknown;
}

const EXAMPLES: readonly RecordedExample[] = recorded;

/** The example of a route by the name of its endpoint; `undefined` until the story was recorded. */
export function recordedExample(endpoint: string): RecordedExample | undefined {
  return EXAMPLES.find((example) => example.endpoint === endpoint);
}
