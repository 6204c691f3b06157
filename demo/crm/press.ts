import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody, Refusal } from './answer.ts';
import { readHabitChanges } from './habits/habit-setting.ts';
import type { Habits } from './habits/habits.ts';

/** Does what a person presses on the page of settings, and goes back to it. */
export async function press(
  { habits, reset }: { habits: Habits; reset: () => Promise<void> },
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  refuseForeignForm(request);
  const form = new URLSearchParams((await readBody(request)).toString('utf8'));
  switch (path) {
    case '/settings/reset':
      await reset();
      return goTo(response, '/');
    case '/settings/habits': {
      const name = form.get('habit') ?? '';
      const setting = form.get('on') === 'yes' ? settingOf(form) : false;
      for (const [habit, value] of readHabitChanges({ [name]: setting })) habits.set(habit, value);
      return goTo(response, `/settings#habit-${name}`);
    }
    default:
      throw new Refusal(404, 'There is nothing to press here.');
  }
}

function settingOf(form: URLSearchParams): Readonly<Record<string, unknown>> {
  const numbers = ['times', 'percent', 'seconds'].flatMap((name) => {
    const text = (form.get(name) ?? '').trim();
    return text === '' ? [] : [[name, Number(text)] as const];
  });
  return { ...Object.fromEntries(numbers), only: form.get('only') ?? '' };
}

/** A page elsewhere may send a form here too; the browser says where the form stood. */
function refuseForeignForm({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    throw new Refusal(403, 'Forms of other sites are not taken.');
  }
}

function goTo(response: ServerResponse, location: string): void {
  response.writeHead(303, { location }).end();
}
