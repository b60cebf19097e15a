import type { WithOperator } from '../operator.ts';
import * as z from 'zod';
import { issueKeyBody, keyIssued } from '../keys.ts';
import {
  adjustBody,
  adjusted,
  boardReleased,
  creditsReleased,
  madeGood,
  reasonBody,
  releaseCreditsBody,
  reverseBody,
  reversed,
} from '../taking-back.ts';
import type { Operator } from '../operator.ts';
import { closeDayBody, dayClosed } from '../usage.ts';
import { refusals, type Api } from '../../http/api.ts';
import type { HttpDeps } from '../../http/deps.ts';

const nameParams = z.object({ name: z.string().max(64) });
const serialParams = z.object({ serial: z.string().max(64) });
const secured = { tags: ['operator'], security: [{ operator: [] }] };

/** The operator's actions on credits; registered beside operatorRoutes, under the same token. */
export function operatorCreditRoutes(api: Api, { operator }: HttpDeps & WithOperator): void {
  api.post(
    '/keys',
    {
      schema: {
        ...secured,
        summary: 'Issue a stand-alone product key',
        body: issueKeyBody,
        response: { 201: keyIssued, ...refusals },
      },
    },
    async (request, reply) => reply.code(201).send(await operator.issueKey(request.body)),
  );
  api.post(
    '/ledger/close-day',
    {
      schema: {
        ...secured,
        summary: 'Close daily use up to a date',
        body: closeDayBody,
        response: { 200: dayClosed, ...refusals },
      },
    },
    async (request) => operator.closeDay(request.body),
  );
  takingBackRoutes(api, operator);
}

function takingBackRoutes(api: Api, operator: Operator): void {
  api.post(
    '/boards/:serial/release',
    {
      schema: {
        ...secured,
        summary: 'Release a board: unenrol it wherever it is and take its grant back',
        params: serialParams,
        body: reasonBody,
        response: { 200: boardReleased, ...refusals },
      },
    },
    async (request) => operator.releaseBoard(request.params.serial, request.body.reason),
  );
  api.post(
    '/boards/:serial/make-good',
    {
      schema: {
        ...secured,
        summary: 'Make good from the loss account what a reversal did not cover',
        params: serialParams,
        body: reasonBody,
        response: { 200: madeGood, ...refusals },
      },
    },
    async (request) => operator.makeGood(request.params.serial, request.body.reason),
  );
  api.post(
    '/credits/release',
    {
      schema: {
        ...secured,
        summary: 'Release held credits',
        body: releaseCreditsBody,
        response: { 200: creditsReleased, ...refusals },
      },
    },
    async (request) => operator.releaseCredits(request.body),
  );
  api.post(
    '/domains/:name/adjust',
    {
      schema: {
        ...secured,
        summary: 'Book a correction',
        params: nameParams,
        body: adjustBody,
        response: { 200: adjusted, ...refusals },
      },
    },
    async (request) => operator.adjust(request.params.name, request.body),
  );
  api.post(
    '/domains/:name/reverse',
    {
      schema: {
        ...secured,
        summary: 'Reverse one row of the history',
        params: nameParams,
        body: reverseBody,
        response: { 200: reversed, ...refusals },
      },
    },
    async (request) => operator.reverse(request.params.name, request.body),
  );
}
