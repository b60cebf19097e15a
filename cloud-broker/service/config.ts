import { errorText } from '../../protocol/error-text.ts';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { readEmail } from '../../protocol/email.ts';
import { RollcallError } from '../../protocol/errors.ts';
import { readBrokerUrl, type HostAndPort } from './addresses.ts';
import { defaultSender, isMailbox, readSmtpUrl, type MailSettings } from '../mail/smtp-settings.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

/** The settings of protocol.md §3, and some additional ones. Names are those of the environment. */
const settingsSchema = z.object({
  ROLLCALL_DATA: z.string().min(1).default('./data'),
  ROLLCALL_HTTP_HOST: z.string().min(1).default('127.0.0.1'),
  ROLLCALL_HTTP_PORT: port.default(8080),
  ROLLCALL_MQTT_HOST: z.string().min(1).default('0.0.0.0'),
  ROLLCALL_MQTT_PORT: port.default(8883),
  ROLLCALL_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  ROLLCALL_PUBLIC_MQTT_URL: z
    .string()
    .refine((text) => readBrokerUrl(text) !== null, 'must be mqtts://host or mqtts://host:port, and nothing else')
    .optional(),
  ROLLCALL_DATABASE_URL: z.string().optional(),
  ROLLCALL_BROKER_URL: z.string().optional(),
  ROLLCALL_SMTP_URL: z
    .string()
    .refine((text) => readSmtpUrl(text) !== null, 'must be smtp://host:port or smtps://host:port, with user:password@ if needed')
    .optional(),
  ROLLCALL_MAIL_FROM: z.string().refine(isMailbox, 'must be one e-mail address').optional(),
  ROLLCALL_OPERATOR_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  ROLLCALL_TRUSTED_PROXIES: z.string().optional(),
  /** Whether webhooks may point into the service's own network. */
  ROLLCALL_WEBHOOK_PRIVATE: z.enum(['true', 'false']).default('false'),
  /** Seconds between heartbeats, and their jitter. */
  ROLLCALL_HEARTBEAT_S: seconds(1, 3600).default(60),
  ROLLCALL_JITTER_S: seconds(0, 600).default(10),
  /** Unproven grants per day for the whole service (E14). */
  ROLLCALL_UNPROVEN_LIMIT: z.coerce.number().int().min(0).max(1_000_000).default(5000),
  ROLLCALL_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

export interface Settings {
  /** Absolute path of the data folder. */
  dataFolder: string;
  /** Address of a PostgreSQL database, with its secrets: never shown. Null: the embedded one, in the data folder; no setting gives another yet. */
  databaseUrl: string | null;
  http: { host: string; port: number };
  mqtt: { host: string; port: number };
  /** Where browsers and displays find the service; null: its own loopback address. */
  publicUrl: string | null;
  /** Where displays find the broker; null: on the host of the public URL and the port it listens on. */
  publicMqtt: HostAndPort | null;
  mail: MailSettings;
  operatorToken: string | null;
  trustedProxies: string[];
  /** Whether webhooks may point into the service's own network. */
  webhookPrivate: boolean;
  heartbeat: { intervalS: number; jitterS: number };
  /** Maximum unproven grants per day for the whole service; beyond it they are held (E14). */
  unprovenLimit: number;
  logLevel: z.output<typeof settingsSchema>['ROLLCALL_LOG_LEVEL'];
}

/** Settings of the contract that are not supported yet: refused by name, so that nobody believes they take effect. */
const NOT_SERVED = {
  ROLLCALL_DATABASE_URL: 'only the embedded database',
  ROLLCALL_BROKER_URL: 'only the embedded broker',
} as const;

function fromFile(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const named = environment['ROLLCALL_CONFIG'];
  const file = resolve(named ?? 'rollcall.yaml');
  if (named === undefined && !existsSync(file)) return {};
  try {
    const values = z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .parse(parse(readFileSync(file, 'utf8')) ?? {});
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
  } catch (error) {
    throw new RollcallError('settings-invalid', {
      setting: 'ROLLCALL_CONFIG',
      file,
      reason: errorText(error),
    });
  }
}

function mailSettings(values: z.output<typeof settingsSchema>): Settings['mail'] {
  const { ROLLCALL_SMTP_URL: smtpUrl, ROLLCALL_MAIL_FROM: from, ROLLCALL_PUBLIC_URL: publicUrl } = values;
  const sender = defaultSender(publicUrl === undefined ? null : new URL(publicUrl).hostname);
  return {
    smtp: smtpUrl === undefined ? null : readSmtpUrl(smtpUrl),
    // With its host in Punycode: otherwise it would need a mail server that supports internationalised addresses.
    from: from === undefined ? sender : (readEmail(from) ?? from),
    host: sender.slice(sender.indexOf('@') + 1),
  };
}

/** Reads the settings: the environment takes precedence over the YAML file. Refuses with `settings-invalid`, naming the setting in the details. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const named = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name.startsWith('ROLLCALL_') && value !== ''),
  );
  const parsed = settingsSchema.safeParse({ ...fromFile(environment), ...named });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RollcallError('settings-invalid', { setting: issue?.path.join('.') ?? '', reason: issue?.message ?? 'invalid' });
  }
  const values = parsed.data;
  for (const [setting, served] of Object.entries(NOT_SERVED)) {
    if (values[setting as keyof typeof NOT_SERVED] !== undefined)
      throw new RollcallError('settings-invalid', { setting, reason: `this version serves ${served}` });
  }
  return {
    dataFolder: resolve(values.ROLLCALL_DATA),
    databaseUrl: null,
    http: { host: values.ROLLCALL_HTTP_HOST, port: values.ROLLCALL_HTTP_PORT },
    mqtt: { host: values.ROLLCALL_MQTT_HOST, port: values.ROLLCALL_MQTT_PORT },
    publicUrl: values.ROLLCALL_PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    publicMqtt: readBrokerUrl(values.ROLLCALL_PUBLIC_MQTT_URL ?? ''),
    mail: mailSettings(values),
    operatorToken: values.ROLLCALL_OPERATOR_TOKEN ?? null,
    trustedProxies: (values.ROLLCALL_TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
    webhookPrivate: values.ROLLCALL_WEBHOOK_PRIVATE === 'true',
    heartbeat: { intervalS: values.ROLLCALL_HEARTBEAT_S, jitterS: values.ROLLCALL_JITTER_S },
    unprovenLimit: values.ROLLCALL_UNPROVEN_LIMIT,
    logLevel: values.ROLLCALL_LOG_LEVEL,
  };
}
