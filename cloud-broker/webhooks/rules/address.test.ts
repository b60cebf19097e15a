import { describe, expect, test } from 'vitest';
import { addressProblem, isAllowedAddress } from './address.ts';

const OUTSIDE = { allowPrivate: false };
const INSIDE = { allowPrivate: true };

describe('an address that a webhook may be sent to', () => {
  test.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2606:2800:21f:cb07::1', '::ffff:8.8.8.8'])(
    '%s is one',
    (address) => {
      expect(isAllowedAddress(address, OUTSIDE)).toBe(true);
    },
  );

  test.each([
    '10.0.0.1',
    '10.255.255.255',
    '127.0.0.1',
    '127.255.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '198.18.0.1',
    '::1',
    'fc00::1',
    'fdff::1',
    '::ffff:10.0.0.1',
    '::ffff:a00:1',
    '::ffff:127.0.0.1',
  ])('%s is one only where the own network is allowed', (address) => {
    expect(isAllowedAddress(address, OUTSIDE)).toBe(false);
    expect(isAllowedAddress(address, INSIDE)).toBe(true);
  });

  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '100.100.100.200',
    'fd00:ec2::254',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '240.0.0.1',
    '192.0.0.1',
    '192.0.2.1',
    '::',
    'fe80::1',
    'febf::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '2002:a00:1::1',
    '2001:0:a00:1::1',
    'fe80::1%eth0',
    'localhost',
    '',
  ])('%s is none, whatever is set', (address) => {
    expect(isAllowedAddress(address, OUTSIDE)).toBe(false);
    expect(isAllowedAddress(address, INSIDE)).toBe(false);
  });
});

describe('a URL that an admin types', () => {
  test.each([
    'https://hooks.example.org/a?b=c',
    'https://hooks.example.org:443/',
    'https://hooks.example.org:8443/x',
    'https://8.8.8.8/',
  ])('%s is taken', (url) => {
    expect(addressProblem(url, OUTSIDE)).toBeNull();
  });

  test.each([
    ['hooks.example.org', 'unreadable'],
    ['ftp://hooks.example.org/', 'unreadable'],
    ['https://hooks.example.org/#part', 'unreadable'],
    ['http://hooks.example.org/', 'not-https'],
    ['http://localhost:3000/', 'not-https'],
    ['https://user:password@hooks.example.org/', 'credentials'],
    ['https://user@hooks.example.org/', 'credentials'],
    ['https://hooks.example.org:22/', 'port'],
    ['https://hooks.example.org:8080/', 'port'],
    ['https://localhost/', 'private'],
    ['https://LOCALHOST./', 'private'],
    ['https://api.localhost/', 'private'],
    ['https://127.0.0.1/', 'private'],
    ['https://127.1/', 'private'],
    ['https://2130706433/', 'private'],
    ['https://0x7f000001/', 'private'],
    ['https://0177.0.0.1/', 'private'],
    ['https://1２7.0.0.1/', 'private'],
    ['https://169.254.169.254/latest/meta-data', 'private'],
    ['https://0.0.0.0/', 'private'],
    ['https://[::1]/', 'private'],
    ['https://[::]/', 'private'],
    ['https://[::ffff:10.0.0.1]/', 'private'],
    ['https://[fe80::1]/', 'private'],
    ['https://10.0.0.1./', 'private'],
  ])('%s is refused: %s', (url, problem) => {
    expect(addressProblem(url, OUTSIDE)).toBe(problem);
  });

  test('in a school’s own network: any port, http on the own machine only, and still no cloud metadata', () => {
    const verdicts = [
      'https://10.0.0.7:3000/',
      'http://localhost:3000/',
      'http://127.0.0.1:3000/',
      'http://[::1]:3000/',
      'http://10.0.0.7:3000/',
      'https://169.254.169.254/',
    ].map((url) => addressProblem(url, INSIDE));
    expect(verdicts).toEqual([null, null, null, null, 'not-https', 'private']);
  });
});
