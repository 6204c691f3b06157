/** Where a walk through pages ended. */
export interface Arrival {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const STEPS_MAX = 20;

/**
 * Goes to a sign-in page as a person's browser does: keeps cookies, follows redirects, signs in and
 * agrees, or declines. Ends at the first page outside of the sign-in server's forms.
 */
export async function walkThroughSignIn(
  start: string,
  person: { readonly login: string; readonly declines?: boolean },
): Promise<Arrival> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const answer = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const cookie of answer.headers.getSetCookie()) keep(cookies, cookie);
    const location = answer.headers.get('location');
    if (location !== null && answer.status >= 300 && answer.status < 400) {
      url = new URL(location, url).href;
      form = undefined;
      continue;
    }
    const text = await answer.text();
    const prompt = /name="prompt" value="(login|consent)"/.exec(text)?.[1];
    if (prompt === undefined) return { url, status: answer.status, headers: answer.headers, text };
    const abort = /href="([^"]+\/abort)"/.exec(text)?.[1];
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1] ?? '';
    if (person.declines === true && abort !== undefined) {
      url = new URL(abort, url).href;
      form = undefined;
    } else {
      url = new URL(action, url).href;
      form = new URLSearchParams({ prompt, login: person.login, password: 'any' });
    }
  }
  throw new Error(`The sign-in goes round in circles at ${url}`);
}

function keep(cookies: Map<string, string>, cookie: string): void {
  const [pair = ''] = cookie.split(';', 1);
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  const value = pair.slice(at + 1);
  if (value === '') cookies.delete(name);
  else cookies.set(name, value);
}
