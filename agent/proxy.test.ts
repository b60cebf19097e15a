import { describe, expect, test } from 'vitest';
import { proxyFor, readProxy } from './proxy.ts';
import { readSettings } from './settings.ts';

const PROXY = 'http://proxy.school.example:3128';
const goesThrough = (noProxy: string, host: string, port = 443): boolean => {
  const proxy = readProxy({ HTTPS_PROXY: PROXY, NO_PROXY: noProxy });
  return proxy !== 'unreadable' && proxyFor(proxy, host, port) !== null;
};

describe('NO_PROXY', () => {
  test('a name is itself and all below it, with or without a dot before it, in any case', () => {
    for (const entry of ['school.example', '.school.example', '*.school.example', 'SCHOOL.example', 'school.example.']) {
      expect([entry, goesThrough(entry, 'rollcall.school.example')]).toEqual([entry, false]);
      expect([entry, goesThrough(entry, 'Rollcall.School.Example.')]).toEqual([entry, false]);
      expect([entry, goesThrough(entry, 'school.example')]).toEqual([entry, false]);
      expect([entry, goesThrough(entry, 'oldschool.example')]).toEqual([entry, true]);
      expect([entry, goesThrough(entry, 'school.example.org')]).toEqual([entry, true]);
    }
  });

  test('entries are parted by commas or spaces; `*` is everything; nothing is nothing', () => {
    expect(goesThrough('a.example , b.example', 'b.example')).toBe(false);
    expect(goesThrough('a.example b.example', 'b.example')).toBe(false);
    expect(goesThrough('a.example,*', 'c.example')).toBe(false);
    for (const none of ['', ' , ', '.', '*.', ':', '[', '/8', '%'])
      expect([none, goesThrough(none, 'a.example')]).toEqual([none, true]);
  });

  test('a port narrows an entry to it', () => {
    expect(goesThrough('a.example:8883', 'a.example', 8883)).toBe(false);
    expect(goesThrough('a.example:8883', 'a.example', 443)).toBe(true);
    expect(goesThrough('[2001:db8::1]:8883', '2001:db8::1', 8883)).toBe(false);
    expect(goesThrough('[2001:db8::1]:8883', '2001:db8::1', 443)).toBe(true);
  });

  test('addresses and networks, IPv4 and IPv6, however they are written', () => {
    expect(goesThrough('10.0.0.1', '10.0.0.1')).toBe(false);
    expect(goesThrough('10.0.0.1', '10.0.0.10')).toBe(true);
    expect(goesThrough('10.0.0.0/8', '10.200.3.4')).toBe(false);
    expect(goesThrough('10.0.0.0/8', '11.0.0.1')).toBe(true);
    expect(goesThrough('10.0.0.0/8', '10.example')).toBe(true);
    expect(goesThrough('2001:db8::/32', '[2001:db8:0:1::5]')).toBe(false);
    expect(goesThrough('2001:DB8:0:0:0:0:0:1', '2001:db8::1')).toBe(false);
    expect(goesThrough('2001:db8::/32', '2001:db9::1')).toBe(true);
    for (const wrong of ['10.0.0.0/33', '10.0.0.0/x', '10.0.0/8', 'fe80::1%eth0', '::/129'])
      expect([wrong, goesThrough(wrong, '10.0.0.1'), goesThrough(wrong, '::2')]).toEqual([wrong, true, true]);
  });

  test('this machine is never reached through a proxy', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])
      expect([host, goesThrough('', host)]).toEqual([host, false]);
  });
});

describe('HTTPS_PROXY', () => {
  const proxyOf = (environment: Record<string, string>) => readSettings(environment, false).proxy?.url.href;

  test('without a scheme it is http; lower case counts where upper case is not set', () => {
    expect(proxyOf({ HTTPS_PROXY: 'proxy.school:3128' })).toBe('http://proxy.school:3128/');
    expect(proxyOf({ HTTPS_PROXY: '10.0.0.1:3128' })).toBe('http://10.0.0.1:3128/');
    expect(proxyOf({ HTTPS_PROXY: 'me:p%40ss@proxy.school:3128' })).toBe('http://me:p%40ss@proxy.school:3128/');
    expect(proxyOf({ HTTPS_PROXY: '[2001:db8::1]:3128' })).toBe('http://[2001:db8::1]:3128/');
    expect(proxyOf({ HTTPS_PROXY: '', https_proxy: 'lower:1' })).toBe('http://lower:1/');
    expect(readProxy({ HTTPS_PROXY: PROXY, NO_PROXY: '', no_proxy: 'lower.example' })).toMatchObject({
      except: ['lower.example'],
    });
  });

  test('what cannot be read is refused by its name', () => {
    for (const wrong of ['https://proxy:1', 'socks5://proxy:1', 'http://', 'proxy:port', 'http://me:100%@proxy:1'])
      expect(() => proxyOf({ HTTPS_PROXY: wrong }), wrong).toThrow(/HTTPS_PROXY must be http/);
  });
});
