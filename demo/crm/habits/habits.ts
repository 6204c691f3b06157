import { HABIT_NAMES, habitRow, type HabitName } from './habit-table.ts';
import type { HabitSetting } from './habit-setting.ts';

/** A request as habits see it. */
export interface Asked {
  readonly method: string;
  /** Without the query: `/api/calls`. */
  readonly path: string;
}

/** Where the demo CRM's habits are switched, and asked for. */
export interface Habits {
  /** Each habit that is on. */
  readonly on: Readonly<Partial<Record<HabitName, HabitSetting>>>;
  /** Switches one on, or off with undefined. */
  set(name: HabitName, setting: HabitSetting | undefined): void;
  clear(): void;
  /**
   * The seconds of the habit when it strikes this request (0 for one without seconds), else undefined.
   * Each strike counts; after the last one the habit is off.
   */
  strikes(name: HabitName, asked: Asked): number | undefined;
}

/** Habits that are all off. `random` gives numbers from 0 up to 1. */
export function createHabits(random: () => number): Habits {
  let on: Readonly<Partial<Record<HabitName, HabitSetting>>> = {};
  const set = (name: HabitName, setting: HabitSetting | undefined): void => {
    const entries = HABIT_NAMES.map((own) => [own, own === name ? setting : on[own]] as const);
    on = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  };
  return {
    get on() {
      return on;
    },
    set,
    clear() {
      on = {};
    },
    strikes(name, asked) {
      const setting = on[name];
      if (setting === undefined || !concerns(setting.only, asked)) return undefined;
      if (random() * 100 >= setting.percent) return undefined;
      if (setting.times !== null) {
        const times = setting.times - 1;
        set(name, times === 0 ? undefined : { ...setting, times });
      }
      return setting.seconds ?? habitRow(name).seconds?.initial ?? 0;
    },
  };
}

/** `only` is empty, the beginning of a path, or a method and the beginning of a path. */
function concerns(only: string, { method, path }: Asked): boolean {
  if (only === '') return path.startsWith('/api/');
  return (only.startsWith('/') ? path : `${method} ${path}`).startsWith(only);
}
