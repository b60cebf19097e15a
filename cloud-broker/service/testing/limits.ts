import { defaultHttpLimits, type HttpLimits } from '../../http/deps.ts';

export type ChangedLimits = Partial<Omit<HttpLimits, 'stream' | 'connection'>> & {
  stream?: Partial<HttpLimits['stream']>;
  connection?: Partial<HttpLimits['connection']>;
};

/** The service's own limits but for `changed`, and for requests, of which a test makes many. */
export function testLimits({ stream, connection, ...changed }: ChangedLimits = {}): HttpLimits {
  return {
    ...defaultHttpLimits,
    requestsPer10S: 1_000_000,
    ...changed,
    stream: { ...defaultHttpLimits.stream, ...stream },
    connection: { ...defaultHttpLimits.connection, ...connection },
  };
}
