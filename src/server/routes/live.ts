import { LIVE_TOPICS, streamEvents } from '../../contract/live.ts';
import type { Clock } from '../../time/clock.ts';
import { EventStream } from '../live/event-stream.ts';
import type { LiveHub, LiveReader } from '../live/live-hub.ts';
import { bearerKey } from '../plugins/authenticate.ts';
import type { Access } from '../principal.ts';
import { refuseHeld } from '../refuse-held.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';

export interface LiveRouteDeps {
  readonly live: LiveHub;
  readonly access: Access;
  readonly clock: Pick<Clock, 'sleep'>;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // nginx keeps answers back otherwise.
  'x-accel-buffering': 'no',
} as const;

/** What happens, as it happens. */
export function liveRoutes(deps: LiveRouteDeps): readonly Route[] {
  return [
    route(streamEvents, async ({ query }, context) => {
      const { organizationId } = context.scope();
      const stream = new EventStream();
      const answer = { headers: HEADERS, body: stream };
      if (context.method === 'HEAD') {
        stream.finish();
        return answer;
      }
      const reader: LiveReader = {
        keyId: context.principal?.keyId ?? '',
        topics: new Set(LIVE_TOPICS.filter((topic) => query.topics.split(',').includes(topic))),
        extensions: namesOf(query.extension),
        send: (text) => {
          stream.send(text);
        },
        end: () => {
          stream.finish();
        },
        mayStay: () => mayStay(deps.access, context, organizationId),
      };
      const lastId = context.header('last-event-id') ?? query.last_event_id;
      const leave = deps.live.join(organizationId, reader, lastId);
      const { seconds } = query;
      const done = new AbortController();
      stream.once('close', () => {
        leave();
        done.abort();
      });
      if (seconds === 0) stream.finish();
      else if (seconds !== undefined) {
        deps.clock.sleep(seconds * 1_000, done.signal).then(reader.end, () => undefined);
      }
      return answer;
    }),
  ];
}

function namesOf(list: string | undefined): ReadonlySet<string> | undefined {
  const names = (list ?? '').split(',').flatMap((name) => {
    const trimmed = name.trim();
    return trimmed === '' ? [] : [trimmed];
  });
  return names.length === 0 ? undefined : new Set(names);
}

/** Whether the key of a request, asked again, still reads the events of this organization. */
async function mayStay(
  access: Access,
  { principal: before, header }: Pick<RequestContext, 'principal' | 'header'>,
  organizationId: string,
): Promise<boolean> {
  const principal = await access.authenticate(bearerKey(header('authorization')) ?? '');
  if (principal === undefined || principal.keyId !== before?.keyId) return false;
  const asked = { scope: principal.scope, endpoint: streamEvents.name };
  const choice =
    principal.organizationId === undefined ? await access.organization(organizationId) : undefined;
  if (choice !== undefined && choice.status !== 'found') return false;
  try {
    refuseHeld(principal.hold, asked);
    refuseHeld(choice?.hold, asked);
    return true;
  } catch {
    return false;
  }
}
