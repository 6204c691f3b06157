import type { CallConnection, Connections } from './call-connection.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';

/** An event that is being taken in. */
export interface Arrival<C extends CallConnection = CallConnection> {
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly event: CallEvent;
  readonly connections: Connections<C>;
  /** Told before `arrives` returns if a CRM may be asked who is calling: the question leaves at the end of the turn. */
  readonly asks?: () => void;
}

/** What the event has made of its call, once both are on disk. */
export interface StoredEvent {
  readonly callId: string;
  readonly phoneSystemId: string;
  /** Id of the call in the phone system. */
  readonly phoneCallId: string;
  /** Its number in the call, from 1. */
  readonly sequence: number;
  readonly facts: CallFacts;
}

/**
 * Looks on while events come: a screen shows who is calling long before a lane has its turn. Nobody
 * waits for it, and what it fails at is its own affair.
 */
export interface Onlooker<C extends CallConnection = CallConnection> {
  /** Told before the event is stored; what it answers is called when a new event is on disk. Never throws. */
  arrives(arrival: Arrival<C>): ((stored: StoredEvent) => void) | undefined;
  /** Somebody of the organization is erased: nothing is remembered, and screens load again. Never throws. */
  forget(organizationId: string): void;
  /** Something of a call has changed: its steps, or what became of it. Never throws. */
  changed(organizationId: string, callId: string): void;
}
