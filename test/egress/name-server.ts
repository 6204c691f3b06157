import { createSocket } from 'node:dgram';

const A = 1;
const CNAME = 5;
const AAAA = 28;

/** What is known of a name: its addresses, and the name that it is an alias of. */
export interface ZoneEntry {
  readonly addresses: readonly string[];
  readonly aliasOf?: string;
}

/** Asked anew for each question, with the name in lower case; `undefined`: there is no such name. */
export type Zone = (name: string) => ZoneEntry | undefined;

/** Answers A and AAAA questions on 127.0.0.1:53 (RFC 1035); nothing of it may be kept (TTL 0). */
export async function startNameServer(zone: Zone): Promise<{ close(): void }> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    socket.send(answerTo(question, zone), from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(53, '127.0.0.1', resolve);
  });
  return { close: () => socket.close() };
}

function answerTo(question: Buffer, zone: Zone): Buffer {
  const { name, end } = readName(question);
  const type = question.readUInt16BE(end);
  const found = zone(name.toLowerCase());
  const alias = found?.aliasOf === undefined ? undefined : writeName(found.aliasOf);
  const owner = alias ?? question.subarray(12, end);
  const addresses = (found?.addresses ?? [])
    .filter((address) => type === (address.includes(':') ? AAAA : A))
    .map((address) => record(owner, type, bytesOf(address)));
  const aliases = alias === undefined ? [] : [record(question.subarray(12, end), CNAME, alias)];
  const answers = [...aliases, ...addresses];
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  // An answer with authority: no error, or "no such name".
  head.writeUInt16BE(found === undefined ? 0x8583 : 0x8580, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(answers.length, 6);
  return Buffer.concat([head, question.subarray(12, end + 4), ...answers]);
}

function readName(question: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.'), end: at + 1 };
}

function writeName(name: string): Buffer {
  const labels = name
    .split('.')
    .map((label) => Buffer.from(`${lengthByte(label)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function lengthByte(label: string): string {
  return String.fromCharCode(label.length);
}

function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, fixed, data]);
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [before = '', after] = address.replace(/(?:\d+\.){3}\d+$/u, asGroups).split('::');
  const groups = (part: string): readonly string[] => (part === '' ? [] : part.split(':'));
  const [head, tail] = [groups(before), groups(after ?? '')];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const all = after === undefined ? head : [...head, ...zeros, ...tail];
  return Buffer.from(
    all.flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff]),
  );
}

function asGroups(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
