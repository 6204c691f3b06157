/**
 * Resolves at the first SIGTERM or SIGINT. A second one ends the process at once, which is safe:
 * what was acknowledged is on disk.
 */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
