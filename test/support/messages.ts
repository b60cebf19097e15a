import type * as z from 'zod';
import { deviceDown, deviceUp, enrolmentDown, enrolmentUp } from '../../protocol/messages.ts';

const ID = '7b0ce3c4-53c0-4a5e-9f0c-0b9d7a3f5a11';
const TIME = '2026-11-23T08:00:00Z';
const PUBLIC_KEY =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n';

export interface Example {
  name: string;
  schema: z.ZodType;
  message: Record<string, unknown>;
}

const BOARD = {
  serial: 'SN-0042',
  serialSource: 'dmi',
  model: 'SBID-7286',
  manufacturer: 'Maker Zürich',
  firmware: '1.2.3',
  os: 'Linux 6.1',
  arch: 'arm64',
  agentVersion: '0.1.0',
};

/** One whole message of every kind in the contract, as another program would write it. */
export const examples: readonly Example[] = [
  {
    name: 'request',
    schema: enrolmentUp,
    message: {
      type: 'request',
      protocol: 1,
      requestId: ID,
      domain: 'springfield',
      pairingCode: 'AB10-119Z',
      renew: 'dev-00000001',
      publicKey: PUBLIC_KEY,
      board: BOARD,
    },
  },
  {
    name: 'proof',
    schema: enrolmentUp,
    message: { type: 'proof', requestId: ID, deviceSignature: 'A'.repeat(86), boardSignature: '-_'.repeat(43) },
  },
  {
    name: 'challenge',
    schema: enrolmentDown,
    message: { type: 'challenge', requestId: ID, nonce: 'n'.repeat(43), expiresInS: 60 },
  },
  {
    name: 'accepted',
    schema: enrolmentDown,
    message: {
      type: 'accepted',
      requestId: ID,
      deviceId: 'dev-00000001',
      certificate: 'PEM',
      ca: 'PEM',
      brokerUrl: 'mqtts://localhost:8883',
      replay: false,
      epochFrom: 1,
      now: TIME,
      domain: { name: 'springfield', organization: 'Springfield schools' },
      heartbeat: { intervalS: 60, jitterS: 10 },
      credits: { granted: 1095, reason: 'granted' },
    },
  },
  {
    name: 'pending',
    schema: enrolmentDown,
    message: {
      type: 'pending',
      requestId: ID,
      code: 'key-changed',
      message: 'Wait.',
      checkCode: 'BCDF-GHJK',
      retryAfterS: 30,
      correlationId: 'ABCDE-FGHJK',
    },
  },
  {
    name: 'rejected',
    schema: enrolmentDown,
    message: {
      type: 'rejected',
      requestId: ID,
      code: 'busy',
      message: 'Many at once.',
      next: 'Wait.',
      retryAfterS: 5,
      correlationId: 'ABCDE-FGHJK',
    },
  },
  {
    name: 'birth',
    schema: deviceUp.birth,
    message: {
      type: 'birth',
      epoch: 1,
      at: TIME,
      agentVersion: '0.1.0',
      firmware: '1',
      intervalS: 60,
      inventory: { cpu: 'ARM', 'disk 1': '64 GB' },
    },
  },
  {
    name: 'heartbeat',
    schema: deviceUp.heartbeat,
    message: {
      type: 'heartbeat',
      epoch: 281_474_976_710_656,
      seq: 0,
      at: TIME,
      uptimeS: 12.5,
      intervalS: 60,
      health: { cpuPercent: 12.5, memoryPercent: 100, diskPercent: 0, temperatureC: -3.5, screen: 'asleep' },
      missed: { fromAgoS: 600, toAgoS: 60, count: 9 },
    },
  },
  { name: 'will', schema: deviceUp.will, message: { type: 'will', epoch: 3, reason: 'shutdown' } },
  { name: 'unenroll', schema: deviceUp.unenroll, message: { type: 'unenroll', epoch: 3 } },
  { name: 'result', schema: deviceUp.result, message: { type: 'result', commandId: ID, outcome: 'failed', detail: 'no screen' } },
  { name: 'settings', schema: deviceDown, message: { type: 'settings', intervalS: 60, jitterS: 0, now: TIME, epochFrom: 7 } },
  {
    name: 'command',
    schema: deviceDown,
    message: { type: 'command', commandId: ID, name: 'set-tags', args: { tags: ['hall'] }, expiresInS: 0 },
  },
];

/** The fields that the contract marks with `?`, by message and path. */
export const optionalFields: Readonly<Record<string, readonly string[]>> = {
  request: ['pairingCode', 'renew', 'board.manufacturer', 'board.firmware'],
  proof: ['boardSignature'],
  rejected: ['requestId', 'retryAfterS'],
  birth: ['firmware'],
  heartbeat: [
    'intervalS',
    'health.cpuPercent',
    'health.memoryPercent',
    'health.diskPercent',
    'health.temperatureC',
    'health.screen',
    'missed',
  ],
  will: ['reason'],
  result: ['detail'],
  settings: ['epochFrom'],
  command: ['args'],
};
