/** Samples per second; telephony's own rate. */
const RATE_HZ = 8_000;
const SECONDS = 2;
/** The UK's dial tone is 350 and 440 Hz together. */
const TONES_HZ = [350, 440];

/** A WAV file (16 bit, mono) of two seconds of dial tone: a recording for the demo call. */
export function makeTone(): Uint8Array<ArrayBuffer> {
  const samples = RATE_HZ * SECONDS;
  const file = new DataView(new ArrayBuffer(44 + samples * 2));
  writeText(file, 0, 'RIFF');
  file.setUint32(4, 36 + samples * 2, true);
  writeText(file, 8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, RATE_HZ, true);
  file.setUint32(28, RATE_HZ * 2, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  writeText(file, 36, 'data');
  file.setUint32(40, samples * 2, true);
  for (let index = 0; index < samples; index += 1) {
    const waves = TONES_HZ.map((hertz) => Math.sin((2 * Math.PI * hertz * index) / RATE_HZ));
    const sum = waves.reduce((total, wave) => total + wave, 0);
    file.setInt16(44 + index * 2, Math.round(sum * 6_000), true);
  }
  return new Uint8Array(file.buffer);
}

function writeText(file: DataView, offset: number, text: string): void {
  for (const [index, byte] of new TextEncoder().encode(text).entries()) {
    file.setUint8(offset + index, byte);
  }
}
