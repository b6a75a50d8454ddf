import { failure } from '../errors.ts';
import type { ClientOptions } from '../send.ts';

/**
 * Whose token it is, so that nothing of one person is kept or sent as another's. Only the API verifies tokens; here the word
 * of the token is enough, because it chooses nothing but a name to keep things under.
 */
export function personOf(token: string): string {
  try {
    const [, claims = ''] = token.split('.');
    const { sub } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof sub === 'string' ? sub : '';
  } catch {
    return '';
  }
}

/** Who is signed in. @throws `NO_TOKEN`, `UNAUTHENTICATED` */
export async function askPerson(getToken: ClientOptions['getToken']): Promise<string> {
  const token = await Promise.resolve({ isRefused: false })
    .then(getToken)
    .catch((cause: unknown) => {
      throw failure('NO_TOKEN', 'The token could not be had.', {}, cause);
    });
  if (token === null) throw failure('UNAUTHENTICATED', 'Nobody is signed in.', {});
  return personOf(token);
}
