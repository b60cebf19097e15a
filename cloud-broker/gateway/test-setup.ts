/** Setup shared by the test files in this folder. */
import { onTestFinished } from 'vitest';
import {
  deviceKey,
  lastWill,
  newDeviceId,
  rawSession,
  startTestGateway,
  until,
  type ClientKey,
  type RawClient,
  type TestGateway,
} from './test-support.ts';

/** A gateway that is closed when the test ends. */
export async function gatewayOfTest(options: Parameters<typeof startTestGateway>[0] = {}): Promise<TestGateway> {
  const test = await startTestGateway(options);
  onTestFinished(() => test.gateway.close());
  return test;
}

export interface Device {
  id: string;
  key: ClientKey;
}

/** A device the gateway would let in; the recorded handler calls are cleared and the handlers reset. */
export async function newDevice({ recorder, authority }: TestGateway): Promise<Device> {
  const id = newDeviceId();
  recorder.calls.length = 0;
  recorder.onMessage = async () => undefined;
  recorder.reply = null;
  return { id, key: await deviceKey(authority.issuer, id) };
}

export async function connectDevice(test: TestGateway, { id, key }: Device, epoch = 7): Promise<RawClient> {
  const { client } = await rawSession(test, { clientId: id, will: lastWill(id, epoch) }, key);
  await until(() => test.gateway.isConnected(id));
  return client;
}
