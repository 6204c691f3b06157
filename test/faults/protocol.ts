import type { DatabaseSettings } from '../../src/store/database.ts';

/** Where the child ends itself. */
export type KillPoint =
  | 'event-committed'
  | 'lane-loaded'
  | 'before-sending'
  | 'sending-committed'
  | 'request-sent'
  | 'response-read'
  | 'before-settle'
  | 'settled';

export const KILL_POINTS: readonly KillPoint[] = [
  'event-committed',
  'lane-loaded',
  'before-sending',
  'sending-committed',
  'request-sent',
  'response-read',
  'before-settle',
  'settled',
];

export interface ChildSettings {
  readonly database: DatabaseSettings;
  readonly crmHost: string;
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly node: string;
  /** Planted bug. */
  readonly skipSending: boolean;
}

/** SIGKILL when this point is reached for the so-and-so-many-th time, counted from 1. */
export interface Kill {
  readonly point: KillPoint;
  readonly count: number;
}

export type Request =
  /** The first one: a child waits for it with everything loaded, so that a restart is quick. */
  | { readonly id: number; readonly kind: 'begin'; readonly settings: ChildSettings }
  | ({ readonly id: number; readonly kind: 'arm' } & Kill)
  | { readonly id: number; readonly kind: 'events'; readonly bodies: readonly unknown[] }
  | { readonly id: number; readonly kind: 'open-steps' };

export type Reply =
  | { readonly id: number; readonly kind: 'done' }
  | { readonly id: number; readonly kind: 'events'; readonly statuses: readonly string[] }
  | { readonly id: number; readonly kind: 'open-steps'; readonly open: number };
