import type { RecordedExample } from './story/recorded.ts';

const KEYS: Readonly<Record<string, string>> = {
  admin: '$ADMIN_KEY',
  organization: '$ORGANIZATION_KEY',
  events: '$EVENTS_KEY',
  shared: '$EVENTS_KEY',
};

/**
 * A recorded request as a command of a POSIX shell; `$PATCHCORD` is the address of the server, a
 * variable stands for the key.
 */
export function curlOf(example: RecordedExample): string {
  const { method, path, as: role, headers, body } = example;
  const isText = typeof body === 'string';
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$PATCHCORD${withVariables(path)}"`,
    ...(role === undefined ? [] : [`-H "Authorization: Bearer ${KEYS[role] ?? ''}"`]),
    ...(body === undefined || isText ? [] : [`-H 'Content-Type: application/json'`]),
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${titled(name)}: ${value}`)}`),
    ...(body === undefined
      ? []
      : [isText ? '--data-binary @call.wav' : `-d ${quoted(JSON.stringify(body, null, 2))}`]),
  ];
  return lines.join(' \\\n  ');
}

/** `state=…` of a recorded address as `state=$STATE`: a command holds nothing that cannot be sent. */
function withVariables(path: string): string {
  return path.replaceAll(/(\w+)=…/gu, (_, name: string) => `${name}=$${name.toUpperCase()}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function titled(name: string): string {
  return name.replaceAll(/(?:^|-)[a-z]/gu, (start) => start.toUpperCase());
}
