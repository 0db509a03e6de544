export interface Callee {
  readonly host: string;
  readonly port: number;
}

/**
 * Where a service is, by this process's environment: the variable whose value is an address of it, as
 * `RETAIL_UI_ENDPOINTS_CATALOG=http://catalog.shop.internal:15080` or `REDIS_ADDR=redis-cart.boutique.internal:6379`.
 */
export function callee(service: string): Callee {
  for (const value of Object.values(process.env)) {
    const [, host, name, port] = /^(?:[a-z]+:\/\/)?(([a-z0-9-]+)\.[a-z0-9.-]+)(?::(\d+))?\/?$/.exec(value ?? '') ?? [];
    if (host !== undefined && name === service) return { host, port: Number(port ?? 80) };
  }
  throw new Error(`no environment variable holds an address of ${service}`);
}
