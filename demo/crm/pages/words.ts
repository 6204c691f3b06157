import { html, type Markup } from './html.ts';

const MINUTE_MS = 60_000;

/** What the pages know of the moment and the place: epoch milliseconds, and an IANA time zone. */
export interface Here {
  readonly now: number;
  readonly timeZone: string;
}

/** A moment as people say it: `14:02` of today, else `12 May, 14:02`; empty for an empty text. */
export function when(iso: string, here: Here): Markup | undefined {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  const text = isSameDay(at, here) ? clock(at, here) : `${day(at, here)}, ${clock(at, here)}`;
  return html`<time datetime="${iso}" title="${fullMoment(at, here)}">${text}</time>`;
}

/** A moment with seconds, for the page of one call: `12 May 2026, 14:02:11`. */
export function exactly(iso: string, here: Here): Markup | undefined {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  return html`<time datetime="${iso}" title="${fullMoment(at, here)}"
    >${format(at, here, { day: 'numeric', month: 'long', year: 'numeric' })},
    ${clockWithSeconds(at, here)}</time
  >`;
}

/** A day with its year: `26 January 2026`. */
export function onDay(iso: string, here: Here): Markup | undefined {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  const text = format(at, here, { day: 'numeric', month: 'long', year: 'numeric' });
  return html`<time datetime="${iso}">${text}</time>`;
}

/** `Today`, `Yesterday`, or `Monday, 12 May`. */
export function dayName(iso: string, here: Here): string {
  const at = Date.parse(iso);
  if (isSameDay(at, here)) return 'Today';
  if (isSameDay(at + 24 * 60 * MINUTE_MS, here)) return 'Yesterday';
  return format(at, here, { weekday: 'long', day: 'numeric', month: 'long' });
}

export function isToday(iso: string, here: Here): boolean {
  return isSameDay(Date.parse(iso), here);
}

/** `3:07`, or `1:02:09` from an hour on. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [
    Math.floor(whole / 3600),
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  const two = (number: number): string => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `3 min 7 s`, for a sentence. */
export function longDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}

export function clockWithSeconds(at: number, here: Here): string {
  return format(at, here, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** `1 call`, `2 calls`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}

/** `1.2 MB`, `64 KB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1_000))} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function isSameDay(at: number, here: Here): boolean {
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric' } as const;
  return format(at, here, parts) === format(here.now, here, parts);
}

function day(at: number, here: Here): string {
  return format(at, here, { day: 'numeric', month: 'short' });
}

function clock(at: number, here: Here): string {
  return format(at, here, { hour: '2-digit', minute: '2-digit' });
}

function fullMoment(at: number, here: Here): string {
  return format(at, here, { dateStyle: 'full', timeStyle: 'long' });
}

function format(at: number, { timeZone }: Here, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(at);
}
