/** Where the service listens, and the addresses given to browsers and displays (protocol.md §3). */
import { isIP } from 'node:net';
import * as z from 'zod';
import type { ListeningAt } from '../operator/listening.ts';

/** Port used by displays if a broker address names none. */
const MQTTS_PORT = 8883;
const ANY_ADDRESS = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

export interface HostAndPort {
  host: string;
  port: number;
}

/** The host of a URL, without the brackets of an IPv6 address. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[|\]$/g, '');
}

/** Host and port of `mqtts://host[:port]`; null for anything else, or if it contains more. */
export function readBrokerUrl(text: string): HostAndPort | null {
  const [, host = '', port = MQTTS_PORT] = /^mqtts:\/\/(\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  // URL checks an https host and converts it to ASCII; for an unknown scheme it does neither.
  const url = `https://${host}`;
  if (!URL.canParse(url)) return null;
  const read = { host: hostOf(url), port: Number(port) };
  const isHost = isIP(read.host) !== 0 || z.hostname().safeParse(read.host).success;
  return isHost && !ANY_ADDRESS.has(read.host) && read.port >= 1 && read.port <= 65_535 ? read : null;
}

function urlOf(scheme: 'http' | 'mqtts', { host, port }: HostAndPort): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Replaces a wildcard host by one that this machine can reach. */
function here({ host, port }: HostAndPort): HostAndPort {
  return { host: ANY_ADDRESS.get(host) ?? host, port };
}

/** The settings that addresses are built from: where it listens, and where browsers and displays find it; null: where it listens. */
interface AddressSettings {
  http: HostAndPort;
  mqtt: HostAndPort;
  publicUrl: string | null;
  publicMqtt: HostAndPort | null;
}

function brokerHostOf({ mqtt, publicUrl, publicMqtt }: AddressSettings): string {
  return publicMqtt?.host ?? (publicUrl === null ? here(mqtt).host : hostOf(publicUrl));
}

/** The broker's address given to displays; `port`: the one it listens on. */
export function brokerUrlOf(settings: AddressSettings, port: number): string {
  return urlOf('mqtts', { host: brokerHostOf(settings), port: settings.publicMqtt?.port ?? port });
}

/** All addresses, once the ports are known. */
export function addressesOf(settings: AddressSettings, ports: { http: number; mqtt: number }): Omit<ListeningAt, 'ca'> {
  const http = urlOf('http', here({ ...settings.http, port: ports.http }));
  return {
    http,
    mqtt: urlOf('mqtts', here({ ...settings.mqtt, port: ports.mqtt })),
    publicHttp: settings.publicUrl ?? http,
    publicMqtt: brokerUrlOf(settings, ports.mqtt),
  };
}

/** S2: the hosts in the server's certificate besides those of this machine. */
export function certifiedHosts(settings: AddressSettings): string[] {
  const { publicUrl, mqtt } = settings;
  return [...new Set([...(publicUrl === null ? [] : [hostOf(publicUrl)]), brokerHostOf(settings), here(mqtt).host])];
}
