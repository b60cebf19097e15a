import { describe, expect, test } from 'vitest';
import { addressesOf, certifiedHosts, readBrokerUrl } from './addresses.ts';
import { readSettings } from './config.ts';

describe('ROLLCALL_PUBLIC_MQTT_URL', () => {
  test.each([
    ['mqtts://broker.example', { host: 'broker.example', port: 8883 }],
    ['mqtts://broker.example:443', { host: 'broker.example', port: 443 }],
    ['MQTTS://Broker.Example:8883/', { host: 'broker.example', port: 8883 }],
    ['mqtts://192.0.2.7:65535', { host: '192.0.2.7', port: 65_535 }],
    ['mqtts://[2001:db8::7]:443', { host: '2001:db8::7', port: 443 }],
    ['mqtts://[2001:DB8:0::7]', { host: '2001:db8::7', port: 8883 }],
    ['mqtts://école.example:443', { host: 'xn--cole-9oa.example', port: 443 }],
  ])('%s is read', (text, read) => {
    expect(readBrokerUrl(text)).toEqual(read);
    expect(readSettings({ ROLLCALL_PUBLIC_MQTT_URL: text }).publicMqtt).toEqual(read);
  });

  test.each([
    'broker.example',
    'broker.example:443',
    'mqtt://broker.example',
    'https://broker.example',
    'ssl://broker.example',
    'mqtts:broker.example',
    'mqtts://',
    'mqtts://:443',
    'mqtts://broker.example:',
    'mqtts://broker.example:0',
    'mqtts://broker.example:65536',
    'mqtts://broker.example:mqtt',
    'mqtts://broker.example:443:443',
    'mqtts://user@broker.example',
    'mqtts://user:secret@broker.example',
    'mqtts://broker.example/mqtt',
    'mqtts://broker.example?x=1',
    'mqtts://broker.example#x',
    'mqtts://broker example',
    'mqtts://*.broker.example',
    'mqtts://broker..example',
    'mqtts://2001:db8::7',
    'mqtts://[2001:db8::7',
    'mqtts://[fe80::1%25eth0]',
    'mqtts://0.0.0.0',
    'mqtts://[::]:443',
    ' mqtts://broker.example',
    'mqtts://a.example,mqtts://b.example',
  ])('%s is refused, and the setting named', (text) => {
    const setting = { ROLLCALL_PUBLIC_MQTT_URL: text };
    expect(() => readSettings(setting)).toThrow(
      expect.objectContaining({
        details: { setting: 'ROLLCALL_PUBLIC_MQTT_URL', reason: expect.stringContaining('mqtts://host') },
      }),
    );
  });
});

const ports = { http: 1080, mqtt: 1883 };
const told = (environment: Record<string, string>) => {
  const settings = readSettings(environment);
  return { ...addressesOf(settings, ports), certified: certifiedHosts(settings) };
};

test('[S2] the certificate names the hosts of the public and the broker addresses; the listening ones are told beside them', () => {
  expect(told({})).toEqual({
    http: 'http://127.0.0.1:1080',
    mqtt: 'mqtts://127.0.0.1:1883',
    publicHttp: 'http://127.0.0.1:1080',
    publicMqtt: 'mqtts://127.0.0.1:1883',
    certified: ['127.0.0.1'],
  });
  const publicUrl = { ROLLCALL_PUBLIC_URL: 'https://rollcall.example/' };
  expect(told({ ...publicUrl, ROLLCALL_HTTP_HOST: '::', ROLLCALL_MQTT_HOST: '192.0.2.7' })).toEqual({
    http: 'http://[::1]:1080',
    mqtt: 'mqtts://192.0.2.7:1883',
    publicHttp: 'https://rollcall.example',
    publicMqtt: 'mqtts://rollcall.example:1883',
    certified: ['rollcall.example', '192.0.2.7'],
  });
  expect(told({ ...publicUrl, ROLLCALL_PUBLIC_MQTT_URL: 'mqtts://[2001:db8::7]:443' })).toMatchObject({
    mqtt: 'mqtts://127.0.0.1:1883',
    publicMqtt: 'mqtts://[2001:db8::7]:443',
    certified: ['rollcall.example', '2001:db8::7', '127.0.0.1'],
  });
  // Without any public address displays are told where the broker really listens.
  expect(told({ ROLLCALL_MQTT_HOST: '192.0.2.7' })).toMatchObject({
    publicMqtt: 'mqtts://192.0.2.7:1883',
    certified: ['192.0.2.7'],
  });
});
