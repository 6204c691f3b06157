import { expect, test, vi } from 'vitest';

import { createSearchTurns } from './search-turns.ts';

const of = (session: string, connectionId = 'con-1') => ({
  session,
  connectionId,
  signal: new AbortController().signal,
});

/** A CRM that answers when it is told to; an ended question ends a little later, as sockets do. */
function slowCrm() {
  const asked: string[] = [];
  let under = 0;
  let most = 0;
  const open = new Map<string, () => void>();
  const ask = (name: string) => async (signal: AbortSignal) => {
    asked.push(name);
    under += 1;
    most = Math.max(most, under);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    open.set(name, () => resolve(undefined));
    signal.addEventListener('abort', () => resolve(undefined));
    await promise;
    under -= 1;
    return name;
  };
  return { asked, ask, answer: (name: string) => open.get(name)?.(), most: () => most };
}

test('a newer question of the same typist ends the one before it', async () => {
  const crm = slowCrm();
  const turns = createSearchTurns();

  const first = turns.take(of('s'), crm.ask('a'));
  await vi.waitFor(() => expect(crm.asked).toEqual(['a']));
  const second = turns.take(of('s'), crm.ask('ad'));
  const third = turns.take(of('s'), crm.ask('ada'));
  await vi.waitFor(() => expect(crm.asked).toEqual(['a', 'ada']));
  crm.answer('ada');

  expect([await first, await second, await third]).toEqual(['superseded', 'superseded', 'ada']);
  expect(crm.asked).toEqual(['a', 'ada']);
  expect(crm.most()).toBe(1);
});

test.each([
  ['typists', of('s'), of('t')],
  ['connections', of('s'), of('s', 'con-2')],
])('two %s do not end each other', async (_name, one, other) => {
  const crm = slowCrm();
  const turns = createSearchTurns();

  const both = [turns.take(one, crm.ask('a')), turns.take(other, crm.ask('b'))];
  await vi.waitFor(() => expect(crm.asked).toHaveLength(2));
  crm.answer('a');
  crm.answer('b');

  expect(await Promise.all(both)).toEqual(['a', 'b']);
});

test('a question that fails leaves the turn to the next one', async () => {
  const turns = createSearchTurns();

  const failing = turns.take(of('s'), () => Promise.reject(new Error('no')));

  await expect(failing).rejects.toThrow('no');
  expect(await turns.take(of('s'), () => Promise.resolve(7))).toBe(7);
});
