import { flushCompileCache } from 'node:module';
import { errorText } from '../../protocol/error-text.ts';
import { readSettings } from '../service/config.ts';
import { askedToEnd } from './ending.ts';
import { createLog } from '../service/log.ts';
import { startService } from '../service/start-service.ts';
import { EXIT, print, type Json } from './output.ts';

/** Runs the service until it is asked to end, then ends the process. */
export async function serve({ json }: Json): Promise<void> {
  const settings = readSettings(process.env);
  const log = createLog(settings.logLevel);
  const end = askedToEnd();
  const service = await startService(settings, log, (error) => {
    log.fatal({ error: error.message }, 'the store failed; the service ends');
    process.exit(EXIT.refused);
  });
  const { listening } = service;
  print(json === true, { event: 'listening', ...listening }, () => [
    `Console  ${listening.publicHttp}`,
    `Devices  ${listening.publicMqtt}`,
    `CA       ${listening.ca}`,
  ]);
  // By the end of the process V8 has dropped the code that ran only at the start, and the next start would compile it again.
  flushCompileCache();
  await end;
  await service.close().catch((error: unknown) => {
    log.error({ error: errorText(error) }, 'the service did not stop cleanly');
    process.exit(EXIT.refused);
  });
  process.exit(EXIT.done);
}
