import type { RecordedExample } from '../../contract/story/recorded.ts';
import { STORY } from '../../contract/story/story.ts';
import type { Database } from '../../store/database.ts';
import { runStory } from './run-story.ts';
import type { ToldStep } from './run-story.ts';
import { createSteadyText } from './steady-text.ts';

/** A longer text is cut: an example shows the form, not the whole. */
const MOST_LINES = 12;
const MOST_SIGNS = 400;
/** Of the routes whose answer is about everything, what the example shows. */
const SHOWN: Readonly<Record<string, readonly string[]>> = { getOpenApi: ['openapi', 'info'] };
/** Counters differ with the machine; these lines only with the story. */
const METRIC = /^(?:# (?:HELP|TYPE) )?patchcord_call_events_total/u;

/** Tells the story and keeps one exchange of each route, the same in every run. */
export async function recordExamples(database: Database): Promise<readonly RecordedExample[]> {
  const { told, origin } = await runStory(database, STORY);
  const steady = createSteadyText({ origin, told: JSON.stringify(STORY) });
  const again = <T>(value: T): unknown =>
    value === undefined ? undefined : JSON.parse(steady(JSON.stringify(value)));
  return told
    .filter(({ step }) => step.prepares !== true)
    .map(({ step, endpoint, request, answer }) => {
      const body = again(request.body);
      const shown = again(shownOf(endpoint.name, answer));
      return {
        endpoint: endpoint.name,
        method: request.method,
        path: steady(request.path),
        ...(step.as === undefined ? {} : { as: step.as }),
        headers: Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, steady(value)]),
        ),
        ...(body === undefined ? {} : { body }),
        status: answer.status,
        ...(shown === undefined || shown === '' ? {} : { answer: shown }),
      };
    });
}

function shownOf(endpoint: string, answer: ToldStep['answer']): unknown {
  const { body, text } = answer;
  if (body === undefined) {
    const [, title] = /<title>(.*?)<\/title>/u.exec(text) ?? [];
    if (title !== undefined) return `(a page: ${title})`;
    const lines = text.split('\n').filter((line) => endpoint !== 'getMetrics' || METRIC.test(line));
    if (!/^(?:text\/|application\/x-ndjson)/u.test(answer.type))
      return `(${answer.type}: the bytes)`;
    return lines
      .slice(0, MOST_LINES)
      .map((line) => (line.length > MOST_SIGNS ? `${line.slice(0, MOST_SIGNS)}…` : line))
      .join('\n');
  }
  const members = SHOWN[endpoint];
  if (members === undefined || typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => members.includes(name)));
}
