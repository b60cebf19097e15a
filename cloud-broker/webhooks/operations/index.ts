import { createWebhook, changeWebhook, rotateWebhookSecret, deleteWebhook, retryDelivery } from './webhooks.ts';
import { noteWebhookTry, passWebhookEvents, dropWebhookEvent } from './tries.ts';

export const webhookOperations = {
  createWebhook,
  changeWebhook,
  rotateWebhookSecret,
  deleteWebhook,
  retryDelivery,
  noteWebhookTry,
  passWebhookEvents,
  dropWebhookEvent,
};
