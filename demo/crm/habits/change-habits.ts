import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody, readObject, Refusal, sendJson } from '../answer.ts';
import { readHabitChanges } from './habit-setting.ts';
import { HABIT_NAMES } from './habit-table.ts';
import type { Habits } from './habits.ts';

/** `/habits` for programs: GET lists them, PUT sets those that it names, DELETE switches all off. */
export async function changeHabits(
  habits: Habits,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (request.method) {
    case 'GET':
      break;
    case 'PUT':
      for (const [name, setting] of readHabitChanges(readObject(await readBody(request)))) {
        habits.set(name, setting);
      }
      break;
    case 'DELETE':
      habits.clear();
      break;
    default:
      throw new Refusal(405, 'Habits are read (GET), set (PUT) or all switched off (DELETE).');
  }
  const all = HABIT_NAMES.map((name) => [name, habits.on[name] ?? false] as const);
  sendJson(response, 200, Object.fromEntries(all));
}
