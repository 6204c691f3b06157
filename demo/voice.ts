import { drawNumbers, type Draw } from './crm/seed/draw-numbers.ts';

/** Samples per second; telephony's own rate. */
const RATE_HZ = 8_000;
const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
/** Two who take turns: the pitch of each, in hertz. */
const PITCHES_HZ = [118, 196];
/** The first two formants of five vowels, in hertz: where the mouth makes the voice loud. */
const VOWELS_HZ = [
  [730, 1090],
  [530, 1840],
  [270, 2290],
  [570, 840],
  [300, 870],
];
/** How fast a formant dies away: about 80 Hz wide. */
const FORMANT_DECAY = Math.exp((-Math.PI * 80) / RATE_HZ);

/** Bytes of a recording of so many seconds. */
export function soundSize(seconds: number): number {
  return HEADER_BYTES + Math.round(seconds * RATE_HZ) * BYTES_PER_SAMPLE;
}

/** Seconds of a recording of so many bytes. */
export function soundSeconds(size: number): number {
  return (size - HEADER_BYTES) / BYTES_PER_SAMPLE / RATE_HZ;
}

/**
 * A WAV file (16 bit, mono) of two voices that talk in turns without words: a recording to listen
 * to. The same seed gives the same bytes.
 */
export function makeConversation(seed: number, seconds: number): Uint8Array<ArrayBuffer> {
  const samples = Math.round(seconds * RATE_HZ);
  const file = new DataView(new ArrayBuffer(HEADER_BYTES + samples * BYTES_PER_SAMPLE));
  writeHeader(file, samples);
  const draw = drawNumbers(seed);
  let at = 0;
  for (let turn = draw(2); at < samples; turn += 1) {
    const syllables = 4 + draw(12);
    for (let index = 0; index < syllables && at < samples; index += 1) {
      const pitch = (PITCHES_HZ[turn % 2] ?? 118) * (0.92 + draw(16) / 100 - index / 200);
      at = writeSyllable(file, at, { pitch, draw, end: samples });
    }
    at += Math.round(RATE_HZ * (0.25 + draw(40) / 100));
  }
  return new Uint8Array(file.buffer);
}

/** A pulse train of the pitch through two resonators, swelling and fading; returns where it ended. */
function writeSyllable(
  file: DataView,
  start: number,
  voice: { pitch: number; draw: Draw; end: number },
): number {
  const [low = 500, high = 1500] = VOWELS_HZ[voice.draw(VOWELS_HZ.length)] ?? [];
  const length = Math.round(RATE_HZ * (0.11 + voice.draw(12) / 100));
  const first = resonator(low);
  const second = resonator(high);
  for (let index = 0; index < length && start + index < voice.end; index += 1) {
    const phase = (index * voice.pitch) / RATE_HZ;
    const pulse = phase % 1 < voice.pitch / RATE_HZ ? 1 : 0;
    const swell = Math.sin((Math.PI * index) / length) ** 0.7;
    const sample = (first(pulse) + 0.5 * second(pulse)) * swell * 5_200;
    const clipped = Math.max(-32_000, Math.min(32_000, Math.round(sample)));
    file.setInt16(HEADER_BYTES + (start + index) * BYTES_PER_SAMPLE, clipped, true);
  }
  const gap = voice.draw(5) === 0 ? 0.12 : 0.02;
  return start + length + Math.round(RATE_HZ * gap);
}

/** A two-pole filter that rings at the frequency. */
function resonator(hertz: number): (input: number) => number {
  const turn = 2 * FORMANT_DECAY * Math.cos((2 * Math.PI * hertz) / RATE_HZ);
  let before = 0;
  let last = 0;
  return (input) => {
    const next = input + turn * last - FORMANT_DECAY ** 2 * before;
    before = last;
    last = next;
    return next;
  };
}

function writeHeader(file: DataView, samples: number): void {
  const bytes = samples * BYTES_PER_SAMPLE;
  writeText(file, 0, 'RIFF');
  file.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  writeText(file, 8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE_HZ, true);
  file.setUint32(28, RATE_HZ * BYTES_PER_SAMPLE, true);
  file.setUint16(32, BYTES_PER_SAMPLE, true);
  file.setUint16(34, 8 * BYTES_PER_SAMPLE, true);
  writeText(file, 36, 'data');
  file.setUint32(40, bytes, true);
}

function writeText(file: DataView, offset: number, text: string): void {
  for (const [index, byte] of new TextEncoder().encode(text).entries()) {
    file.setUint8(offset + index, byte);
  }
}
