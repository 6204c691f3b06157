import { describe, expect, it } from 'vitest';

import type { LiveAnswer } from './identified.ts';
import { createSharedQuestions } from './shared-questions.ts';

const GRACE: LiveAnswer = { status: 'found', message: 'One.', matches: [], told: [] };
const NOBODY: LiveAnswer = { status: 'not_found', message: 'None.', matches: [], told: [] };
const FAILED: LiveAnswer = { status: 'failed', message: 'Away.', matches: [], told: [] };

/** Questions whose answers, clock and pauses the test gives. */
function world() {
  const at = { now: 0 };
  const pauses: (() => void)[] = [];
  const asked: {
    readonly signal: AbortSignal;
    readonly leaves: () => void;
    readonly answer: (answer: LiveAnswer) => void;
  }[] = [];
  const questions = createSharedQuestions({
    monotonic: () => at.now,
    sleep: () => new Promise((resolve) => pauses.push(() => resolve(undefined))),
  });
  const ask = (signal = new AbortController().signal): Promise<LiveAnswer> =>
    questions.ask(
      'one',
      (until, leaves) =>
        new Promise((resolve) => {
          asked.push({ signal: until, leaves, answer: resolve });
        }),
      signal,
    );
  return { at, pauses, asked, questions, ask };
}

describe('a question that several have', () => {
  it('is asked once, and answers all', async () => {
    const { ask, asked } = world();
    const both = [ask(), ask()];
    asked[0]?.answer(GRACE);

    expect(await Promise.all(both)).toEqual([GRACE, GRACE]);
    expect(asked).toHaveLength(1);
  });

  it('is asked anew once it is answered', async () => {
    const { ask, asked } = world();
    const first = ask();
    asked[0]?.answer(GRACE);
    await first;
    void ask();

    expect(asked).toHaveLength(2);
  });

  it('ends when the last who waited has gone, and then is nobody else’s', async () => {
    const { ask, asked } = world();
    const [one, other] = [new AbortController(), new AbortController()];
    void ask(one.signal);
    void ask(other.signal);

    one.abort();
    expect(asked[0]?.signal.aborted).toBe(false);
    other.abort();
    expect(asked[0]?.signal.aborted).toBe(true);
    void ask();
    expect(asked).toHaveLength(2);
  });

  it('answers what cannot be asked as a failure', async () => {
    const { questions } = world();
    const { signal } = new AbortController();

    const answer = await questions.ask('one', () => Promise.reject(new Error('Broken.')), signal);

    expect(answer).toEqual({ status: 'failed', message: 'Broken.', matches: [], told: [] });
  });
});

describe('a call that would ask the same', () => {
  it.each([
    ['a contact', GRACE],
    ['nobody', NOBODY],
  ])('awaits %s where the question has left', async (_name, answer) => {
    const { ask, asked, questions } = world();
    void ask();
    asked[0]?.leaves();
    const known = questions.answerOf('one');
    asked[0]?.answer(answer);

    expect(await known).toEqual(answer);
  });

  it('tells a screen before the call goes on', async () => {
    const { ask, asked, questions } = world();
    const order: string[] = [];
    const screen = ask().then(async () => {
      for (let step = 0; step < 20; step += 1) await Promise.resolve();
      order.push('screen');
    });
    asked[0]?.leaves();
    const call = questions.answerOf('one').then(() => order.push('call'));
    asked[0]?.answer(GRACE);

    await Promise.all([screen, call]);

    expect(order).toEqual(['screen', 'call']);
  });

  it('takes an answer of five seconds ago, and no older one', async () => {
    const { at, ask, asked, questions } = world();
    const first = ask();
    asked[0]?.answer(GRACE);
    await first;

    at.now = 4_999;
    expect(await questions.answerOf('one')).toEqual(GRACE);
    at.now = 5_000;
    expect(await questions.answerOf('one')).toBeUndefined();
  });

  it('asks itself where nobody does, where the CRM failed, and after the contact has changed', async () => {
    const { ask, asked, questions } = world();
    expect(await questions.answerOf('one')).toBeUndefined();

    const first = ask();
    asked[0]?.answer(FAILED);
    await first;
    expect(await questions.answerOf('one')).toBeUndefined();

    const second = ask();
    asked[1]?.answer(NOBODY);
    await second;
    questions.forget('one');
    expect(await questions.answerOf('one')).toBeUndefined();
  });

  it('does not wait for a question that waits for the place of this very call, and answers it', async () => {
    const { pauses, ask, asked, questions } = world();
    const screen = ask();
    const call = questions.answerOf('one');
    for (const end of pauses) end();
    expect(await call).toBeUndefined();

    questions.tell('one', GRACE);

    expect(await screen).toEqual(GRACE);
    expect(asked[0]?.signal.aborted).toBe(true);
  });

  it('says nothing to a question that has left: its own answer comes', async () => {
    const { ask, asked, questions } = world();
    const screen = ask();
    asked[0]?.leaves();
    questions.tell('one', NOBODY);
    asked[0]?.answer(GRACE);

    expect(await screen).toEqual(GRACE);
  });
});
