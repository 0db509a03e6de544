import { Trouble } from './trouble';

/** @throws Trouble if it is no port */
export function portNumber(text: string, where: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Trouble(`${where}: "${text}" is no port`, { fix: 'give a whole number from 1 to 65535' });
}
