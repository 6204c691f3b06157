import { describe, expect, it, vi } from 'vitest';

import { createAnswerReader } from './answer-reader.ts';
import { RunningError } from './running-error.ts';

const readerOf = (body: Parameters<typeof createAnswerReader>[0]['body']) =>
  createAnswerReader({ status: 200, headers: {}, body });

describe('an answer that many conditions read', () => {
  it('is written out once for each place, however often it is asked for', () => {
    const written = vi.spyOn(JSON, 'stringify');
    const reader = readerOf({ list: [1, 2] });
    const values = Array.from({ length: 50 }, () => reader.value(['body', 'list']));
    const lists = written.mock.calls.filter(([value]) => Array.isArray(value) && value[0] === 1);
    written.mockRestore();

    expect(new Set(values)).toEqual(new Set(['[1,2]']));
    expect(lists).toHaveLength(1);
  });

  it.each([
    ['a long list', { list: Array.from({ length: 100_000 }, () => 7) }],
    [
      'a wide object',
      { list: Object.fromEntries(Array.from({ length: 70_000 }, (_, at) => [at, 1])) },
    ],
    ['a long text inside', { list: ['x'.repeat(70_000)] }],
    ['much that is nested', { list: Array.from({ length: 300 }, () => ['x'.repeat(300)]) }],
  ])('says that %s is too long without writing it out', (_name, body) => {
    const written = vi.spyOn(JSON, 'stringify');
    const reader = readerOf(body);
    const ask = (): unknown => reader.value(['body', 'list']);

    expect(ask).toThrow(RunningError);
    expect(ask).toThrow('A result is longer than 64 KiB.');
    expect(written.mock.calls.filter(([value]) => value === body.list)).toEqual([]);
    written.mockRestore();
    expect(reader.has(['body', 'list'])).toBe(true);
  });

  it('ends when all conditions together have gone through too much of it', () => {
    const reader = readerOf({ text: 'x'.repeat(1024 * 1024) });
    const ask = (): unknown => reader.value(['body', 'text']);

    for (let times = 0; times < 7; times += 1) expect(ask()).toHaveLength(1024 * 1024);
    expect(ask).toThrow('The conditions read too much of the answer.');
  });

  it('lets a thousand conditions read a small value', () => {
    const reader = readerOf({ code: 'duplicate' });
    for (let times = 0; times < 10_000; times += 1) {
      expect(reader.value(['body', 'code'])).toBe('duplicate');
    }
  });
});
