/** Debian's Mosquitto as one would run it for this job: mutual TLS, each client on its own topics only, nothing kept on disk. */
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { privateKeyPem } from '../../../cloud-broker/keys/pem.ts';
import { spkiDer } from '../../../protocol/signing.ts';
import { deviceCertificateSigner } from '../../../cloud-broker/keys/device-certificates.ts';
import { childEnvironment, eventually, TestProcess } from '../../support/process.ts';
import type { Fleet } from './fleet.ts';

const CONSUMER = 'consumer';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface ConsumerKey {
  caPem: string;
  keyPem: string;
  certificatePem: string;
}

export class Mosquitto {
  readonly port: number;
  readonly consumerKey: ConsumerKey;
  private readonly process: TestProcess;

  private constructor(process: TestProcess, port: number, consumerKey: ConsumerKey) {
    this.process = process;
    this.port = port;
    this.consumerKey = consumerKey;
  }

  static async start(parent: string, fleet: Fleet): Promise<Mosquitto> {
    const folder = join(parent, 'mosquitto');
    await mkdir(folder, { mode: 0o700 });
    const port = await freePort();
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificatePem = deviceCertificateSigner(fleet.keys.ca)({ deviceId: CONSUMER, publicKeyDer: spkiDer(publicKey) }).pem;
    const files = {
      'ca.crt': fleet.caPem,
      'server.crt': fleet.keys.server.certificatePem,
      'server.key': fleet.keys.server.keyPem,
      acl: `user ${CONSUMER}\ntopic read rollcall/1/devices/+/heartbeat\n\npattern write rollcall/1/devices/%u/heartbeat\n`,
      conf: [
        // Else it becomes another user, who may not read these files.
        'user root',
        'log_dest stderr',
        'log_type error',
        'log_type information',
        'persistence false',
        'set_tcp_nodelay true',
        'max_queued_messages 0',
        'max_inflight_messages 0',
        'max_connections -1',
        `listener ${port} 127.0.0.1`,
        `cafile ${join(folder, 'ca.crt')}`,
        `certfile ${join(folder, 'server.crt')}`,
        `keyfile ${join(folder, 'server.key')}`,
        'require_certificate true',
        'use_identity_as_username true',
        `acl_file ${join(folder, 'acl')}`,
        '',
      ].join('\n'),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content, { mode: 0o600 });
    // In /usr/sbin, which is not on everybody's path.
    const env = childEnvironment({ PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` });
    const broker = new TestProcess('mosquitto', ['-c', join(folder, 'conf')], { env });
    process.once('exit', () => broker.killGroup());
    const running = eventually(
      () => broker.stderr,
      (text) => text.includes(' running'),
      'mosquitto runs',
    );
    const ended = broker.ended.then(({ stderr }): never => {
      throw new Error(`mosquitto ended: ${stderr}`);
    });
    await Promise.race([running, ended]);
    ended.catch(() => undefined);
    return new Mosquitto(broker, port, { caPem: fleet.caPem, keyPem: privateKeyPem(privateKey), certificatePem });
  }

  get pid(): number {
    const { pid } = this.process.child;
    if (pid === undefined) throw new Error('mosquitto does not run');
    return pid;
  }

  async stop(): Promise<void> {
    this.process.killGroup();
    await this.process.ended;
  }
}
