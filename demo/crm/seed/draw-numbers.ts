/** Draws the next whole number from 0 up to but not including `below`. */
export type Draw = (below: number) => number;

/** Numbers that look random and are the same for the same seed: mulberry32, by Tommy Ettinger (public domain). */
export function drawNumbers(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
