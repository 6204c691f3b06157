import type { ServerResponse } from 'node:http';

import { sendJson } from '../answer.ts';
import type { Asked, Habits } from './habits.ts';

/** What a gateway in front of a CRM says when the CRM behind it does not answer. */
const HTML_ERROR = `<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>gateway</center></body>
</html>
`;

/** Answers instead of the API when a habit strikes that carries nothing out; true when it did. */
export function refuseByHabit(habits: Habits, asked: Asked, response: ServerResponse): boolean {
  const rate = habits.strikes('rate_limit', asked);
  if (rate !== undefined) {
    response.setHeader('retry-after', String(Math.ceil(rate)));
    sendJson(response, 429, { error: `Too many requests. Come back in ${rate} seconds.` });
    return true;
  }
  const maintenance = habits.strikes('maintenance', asked);
  if (maintenance !== undefined) {
    response.setHeader('retry-after', String(Math.ceil(maintenance)));
    sendJson(response, 503, { error: 'Maintenance. Nothing was carried out.' });
    return true;
  }
  if (habits.strikes('html_error', asked) !== undefined) {
    response.writeHead(502, { 'content-type': 'text/html; charset=utf-8' }).end(HTML_ERROR);
    return true;
  }
  return false;
}
