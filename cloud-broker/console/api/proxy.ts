/** Detects proxies between browser and service from responses that are not the service's own. */
import type { Language, Words } from '../../../protocol/errors.ts';

let seen: string | null = null;

/** The service never names a server, so a `Via` or `Server` header comes from a proxy. */
export function noteProxy(headers: Headers): void {
  seen = headers.get('via') ?? headers.get('server') ?? seen;
}

const EN = {
  unnamed: 'A proxy between this browser and the service',
  named: (name: string) => `The proxy ${name}`,
  answered: (sender: string, status: number) => `${sender} answered with HTTP ${status}; the service itself did not.`,
  tooLarge: 'Send less at once, or allow larger requests there (nginx: client_max_body_size).',
  gone: 'Try again in a moment. If it stays so, tell whoever runs the proxy that it cannot reach the service.',
  signIn: 'Reload the page; the network may want you to sign in. If it stays so, tell whoever runs the proxy.',
};
const FR: typeof EN = {
  unnamed: 'Un proxy entre ce navigateur et le service',
  named: (name) => `Le proxy ${name}`,
  answered: (sender, status) => `${sender} a répondu HTTP ${status}, et non le service lui-même.`,
  tooLarge: 'Envoyez-en moins à la fois, ou autorisez-y des requêtes plus grandes (nginx\u00a0: client_max_body_size).',
  gone: 'Réessayez dans un instant. Si cela persiste, signalez à qui gère le proxy qu’il n’atteint pas le service.',
  signIn:
    'Rechargez la page\u00a0; le réseau demande peut-être une connexion. Si cela persiste, signalez-le à qui gère le proxy.',
};

/** The name that the proxy gives itself, if any. */
export function proxyName(language: Language): string {
  const words = language === 'fr' ? FR : EN;
  return seen === null ? words.unnamed : words.named(seen.slice(0, 60));
}

/** The message and next step for a response that is not the service's. It has no correlation id to offer. */
export function proxyWords(status: number, language: Language): Words {
  const words = language === 'fr' ? FR : EN;
  const next = status === 413 ? words.tooLarge : status >= 500 ? words.gone : words.signIn;
  return { message: words.answered(proxyName(language), status), next };
}
