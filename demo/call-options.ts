import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run -s demo:call -- [options]

Places a demo call, while "npm start" runs.

Options:
  --from <number>      Who calls. (default: +442079460018)
  --unknown            Somebody whom the CRM does not know calls.
  --to <extension>     The extension that rings, 201 to 205. (default: 201)
  --outbound           The extension calls that number.
  --missed             Nobody answers.
  --note <text>        What the user notes about the call.
  --with-recording     A recording follows, as it does anyway unless the call is missed.
  --without-recording  No recording follows.
  --data <folder>      Folder of the demo. (default: data/demo)
  -h, --help           Print this help.`;

/** The call to place. */
export interface CallOptions {
  readonly data: string;
  readonly direction: 'inbound' | 'outbound';
  readonly result: 'answered' | 'missed';
  /** The number of the person outside. */
  readonly other: string;
  readonly extension: string;
  readonly note: string | undefined;
  readonly withRecording: boolean;
}

export type ReadOptions =
  | { readonly status: 'read'; readonly options: CallOptions }
  | { readonly status: 'wrong'; readonly message: string }
  | { readonly status: 'help' };

/** Alice Smith, the first contact of the demo CRM. */
const KNOWN_NUMBER = '+442079460018';
/** Ofcom keeps 07700 900000 to 900999 free for fiction; the demo CRM's people have none above 900500. */
const FIRST_UNKNOWN = 900_500;

/** Reads the command line of the demo call. `now`, epoch milliseconds, makes each unknown caller another. */
export function readCallOptions(args: readonly string[], now: number): ReadOptions {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: 'data/demo' },
        from: { type: 'string' },
        unknown: { type: 'boolean', default: false },
        to: { type: 'string', default: '201' },
        outbound: { type: 'boolean', default: false },
        missed: { type: 'boolean', default: false },
        note: { type: 'string' },
        'with-recording': { type: 'boolean', default: false },
        'without-recording': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (err) {
    return { status: 'wrong', message: err instanceof Error ? err.message : String(err) };
  }
  if (values.help) return { status: 'help' };
  if (values.unknown && values.from !== undefined) {
    return { status: 'wrong', message: '--unknown and --from exclude each other.' };
  }
  if (values['with-recording'] && (values['without-recording'] || values.missed)) {
    return { status: 'wrong', message: 'A missed call, or one without recording, has none.' };
  }
  const unknown = `+447700${FIRST_UNKNOWN + (Math.floor(now / 1000) % 500)}`;
  return {
    status: 'read',
    options: {
      data: values.data,
      direction: values.outbound ? 'outbound' : 'inbound',
      result: values.missed ? 'missed' : 'answered',
      other: values.from ?? (values.unknown ? unknown : KNOWN_NUMBER),
      extension: values.to,
      note: values.note,
      withRecording: !values['without-recording'] && !values.missed,
    },
  };
}
