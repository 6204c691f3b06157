export type Method = 'find' | 'create' | 'answer' | 'stop';

/** When requests came, by method: the call's number and milliseconds of the monotonic clock. */
export type CrmTimes = Readonly<Record<Method, readonly (readonly [number, number])[]>>;

/** What the mock CRM is told by the process that started it. */
export type CrmOrder = 'report' | 'stop';

export type CrmReport =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ended'; readonly calls: readonly number[] }
  | { readonly kind: 'times'; readonly times: CrmTimes };
