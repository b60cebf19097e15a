import { deviceHealth, type DeviceHealth } from '../../protocol/api-health.ts';
import { devicePresence, type DevicePresence } from '../../protocol/api-presence.ts';
import {
  apiError,
  billing,
  block,
  device,
  devicesPage,
  historyPage,
  type Billing,
  type Block,
  type Device,
  type HistoryRow,
} from '../../protocol/api.ts';
import { command, commandsPage, type Command, type CommandWish } from '../../protocol/api-commands.ts';
import { newWebhook, type NewWebhook, type WebhookType } from '../../protocol/api-webhooks.ts';

/** A refusal of the API, with its code. */
class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, what: string) {
    super(`${what}: ${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

/** An admin in a browser: signs in and does everything through the HTTP API (A1). */
export class TestAdmin {
  private readonly origin: string;
  private cookie = '';

  constructor(origin: string) {
    this.origin = origin;
  }

  static async signedIn(origin: string, user: string, password: string): Promise<TestAdmin> {
    const admin = new TestAdmin(origin);
    const response = await admin.send('POST', '/session', { user, password });
    admin.cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
    return admin;
  }

  /** Every device, page by page. */
  async devices(query: Record<string, string> = {}): Promise<Device[]> {
    const items: Device[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const search = new URLSearchParams({ limit: '200', ...query, ...(cursor === '' ? {} : { cursor }) });
      const page = devicesPage.parse(await this.read(`/devices?${search.toString()}`));
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async device(id: string): Promise<Device> {
    return device.parse(await this.read(`/devices/${id}`));
  }

  async presence(id: string): Promise<DevicePresence> {
    return devicePresence.parse(await this.read(`/devices/${id}/presence`));
  }

  async health(id: string): Promise<DeviceHealth> {
    return deviceHealth.parse(await this.read(`/devices/${id}/health`));
  }

  async billing(): Promise<Billing> {
    return billing.parse(await this.read('/billing'));
  }

  /** The whole Billing History, newest first. */
  async history(): Promise<HistoryRow[]> {
    const items: HistoryRow[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const search = new URLSearchParams({ limit: '200', ...(cursor === '' ? {} : { cursor }) });
      const page = historyPage.parse(await this.read(`/billing/history?${search.toString()}`));
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async change(id: string, patch: { label?: string; tags?: string[] }): Promise<Device> {
    return device.parse(await (await this.send('PATCH', `/devices/${id}`, patch)).json());
  }

  async approve(id: string, as?: 'replaced' | 'another'): Promise<Device> {
    return device.parse(await (await this.send('POST', `/devices/${id}/approve`, as === undefined ? {} : { as })).json());
  }

  async reject(id: string): Promise<Block> {
    return block.parse(await (await this.send('POST', `/devices/${id}/reject`, {})).json());
  }

  async unenrol(id: string): Promise<void> {
    await this.send('DELETE', `/devices/${id}`, {});
  }

  async command(id: string, wish: CommandWish): Promise<Command> {
    return command.parse(await (await this.send('POST', `/devices/${id}/commands`, wish)).json());
  }

  /** The newest 200, newest first. */
  async commands(id: string): Promise<Command[]> {
    return commandsPage.parse(await this.read(`/devices/${id}/commands?limit=200`)).items;
  }

  async webhook(url: string, types: WebhookType[]): Promise<NewWebhook> {
    return newWebhook.parse(await (await this.send('POST', '/webhooks', { url, types })).json());
  }

  private async read(path: string): Promise<unknown> {
    return (await this.send('GET', path)).json();
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        origin: this.origin,
        cookie: this.cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    const refusal = apiError.safeParse(await response.json().catch(() => null));
    throw new ApiRefusal(response.status, refusal.data?.code ?? 'unreadable', `${method} ${path}`);
  }
}
