import { billing, device, devicesPage, type Billing, type Device } from '../../protocol/api.ts';

/** The demo's admin: does everything through the HTTP API that the console uses (A1). */
export class ApiClient {
  private readonly origin: string;
  private cookie = '';

  constructor(origin: string) {
    this.origin = origin;
  }

  async signIn(user: string, password: string): Promise<void> {
    const response = await this.send('POST', '/session', { user, password });
    this.cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ');
  }

  async devices(status?: Device['status']): Promise<Device[]> {
    const response = await this.send('GET', `/devices?limit=200${status === undefined ? '' : `&status=${status}`}`);
    return devicesPage.parse(await response.json()).items;
  }

  async approve(id: string): Promise<Device> {
    return device.parse(await (await this.send('POST', `/devices/${id}/approve`, {})).json());
  }

  async label(id: string, label: string): Promise<void> {
    await this.send('PATCH', `/devices/${id}`, { label });
  }

  async billing(): Promise<Billing> {
    return billing.parse(await (await this.send('GET', '/billing')).json());
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
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }
}
