/** Ends a rendering from any depth; caught where the rendering began, so never seen outside. */
export class RenderStop extends Error {
  readonly status: 'missing_value' | 'unsafe_value';
  /** The name whose value is missing or forbidden. */
  readonly subject: string;

  constructor(status: RenderStop['status'], subject: string, message: string) {
    super(message);
    this.status = status;
    this.subject = subject;
  }
}

/** A value that the path or a credential cannot do without. */
export function missingValue(name: string): RenderStop {
  return new RenderStop('missing_value', name, `"${name}" has no value`);
}

/** A value that its place forbids; the message never holds the value. */
export function unsafeValue(name: string, message: string): RenderStop {
  return new RenderStop('unsafe_value', name, message);
}
