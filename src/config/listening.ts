/** The settings that decide how people reach the server. */
export interface ListeningSettings {
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly allowPlainHttp: boolean;
}

/**
 * Checks the three ways to run: loopback, behind a proxy, TLS of our own. Plain http on any other
 * address is refused unless it is asked for in so many words. Returns the problems as sentences.
 */
export function checkListening(settings: ListeningSettings): string[] {
  const problems: string[] = [];
  const tls = settings.tlsCert !== undefined && settings.tlsKey !== undefined;
  if ((settings.tlsCert === undefined) !== (settings.tlsKey === undefined)) {
    problems.push('TLS_CERT and TLS_KEY belong together: set both or none.');
  }
  const proxied = settings.trustedProxies.length > 0;
  if (!isLoopback(settings.host) && !tls && !proxied && !settings.allowPlainHttp) {
    problems.push(
      `HOST=${settings.host} would send keys and calls in plain http over the network: listen on 127.0.0.1, or name the proxy in front in TRUSTED_PROXIES, or set TLS_CERT and TLS_KEY (ALLOW_PLAIN_HTTP=1 listens all the same).`,
    );
  }
  const url = settings.publicUrl;
  if (url === undefined) return problems;
  if (tls && !proxied && url.startsWith('http:')) {
    problems.push(`PUBLIC_URL=${url} must begin with https:// because TLS_CERT is set.`);
  }
  const host = url.replace(/^https?:\/\//, '').replace(/:\d+$/, '');
  if (url.startsWith('http:') && !isLoopback(host) && !settings.allowPlainHttp) {
    problems.push(
      `PUBLIC_URL=${url} must begin with https:// (ALLOW_PLAIN_HTTP=1 allows plain http).`,
    );
  }
  if (url.startsWith('https:') && !tls && !proxied) {
    problems.push(
      `PUBLIC_URL=${url} needs TRUSTED_PROXIES (a proxy makes the https) or TLS_CERT and TLS_KEY.`,
    );
  }
  return problems;
}

/** Whether only this machine can reach the address: 127.0.0.0/8, ::1 and `localhost`. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}
