/** What the module in the server tells since it was asked last. */
export interface ServerReport {
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly heapMib: number;
}
