import * as z from 'zod';

/** `http` and `mqtt`: where this process listens, as this machine reaches it; the others are the addresses given to everybody else. */
export const listeningAt = z.object({
  http: z.string(),
  mqtt: z.string(),
  ca: z.string(),
  publicHttp: z.string(),
  publicMqtt: z.string(),
});
export type ListeningAt = z.output<typeof listeningAt>;
