/** The other side of `agent`: what a display would be with mqtt.js alone. Connects with its certificate and sends heartbeats. */
import { readFileSync } from 'node:fs';
import { connect } from 'mqtt';

export interface MqttOnlyInput {
  brokerUrl: string;
  caPem: string;
  keyPem: string;
  certificatePem: string;
  deviceId: string;
  topic: string;
  heartbeat: string;
  /** Milliseconds between heartbeats; null: one is all. */
  everyMs: number | null;
}

const input = JSON.parse(readFileSync(String(process.argv[2]), 'utf8')) as MqttOnlyInput;
const client = connect(input.brokerUrl, {
  ca: input.caPem,
  key: input.keyPem,
  cert: input.certificatePem,
  clientId: input.deviceId,
  servername: 'localhost',
  rejectUnauthorized: true,
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
});
const beat = (): void => {
  client.publish(input.topic, input.heartbeat, { qos: 1 });
};
client.on('connect', () => {
  beat();
  if (input.everyMs !== null) setInterval(beat, input.everyMs);
});
