import type { Endpoint } from '../contract/endpoint.ts';

/**
 * The methods of the endpoints at a URL's path, HEAD beside a GET that is not good once only; empty:
 * no endpoint has the path.
 */
export function createAllowed(
  endpoints: readonly Pick<Endpoint, 'method' | 'path' | 'once'>[],
): (url: string) => readonly string[] {
  const known = endpoints.map(({ method, path, once }) => ({
    segments: path.split('/'),
    methods: method === 'GET' && once !== true ? ['GET', 'HEAD'] : [method],
  }));
  return (url) => {
    const segments = url.replace(/[?#].*$/su, '').split('/');
    const found = known.filter((one) => fits(one.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => methods))];
  };
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) =>
      part.startsWith('{') ? segments[at] !== '' : segments[at] === part,
    )
  );
}
