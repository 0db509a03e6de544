import { createHash } from 'node:crypto';
import type { Warning } from '../../model/topology';

/** 127.64.0.0/10: the upper half of what is left of 127/8 after addresses that people and systemd use by hand. */
const BASE = ((127 << 24) | (64 << 16)) >>> 0;
const BITS = 22;

/**
 * A loopback address for each name, from a hash of the name alone, so that adding a service moves no other
 * (law 5). Where two names hash to the same address, the one that sorts first keeps it and the other takes
 * the next hash of its own name: the order of the props never matters, and no third service is touched.
 */
export function loopbackAddresses(
  names: readonly string[],
  hash: (name: string, attempt: number) => number = hashName,
): ReadonlyMap<string, string> {
  const taken = new Set<number>();
  const addresses = new Map<string, string>();
  // First every first choice, then the collisions: a moved service must not push out one that was settled.
  const waiting: string[] = [];
  const sorted = [...names].sort();
  for (const name of sorted) {
    const choice = hash(name, 0);
    if (taken.has(choice)) {
      waiting.push(name);
      continue;
    }
    taken.add(choice);
    addresses.set(name, format(choice));
  }
  for (const name of waiting) {
    let attempt = 1;
    while (taken.has(hash(name, attempt))) attempt += 1;
    const choice = hash(name, attempt);
    taken.add(choice);
    addresses.set(name, format(choice));
  }
  return addresses;
}

/**
 * Names that have another address than their first choice. Where the one that has it came later, callers of the moved one that run look
 * for it at an address at which their Envoys do not listen, until they are replaced.
 */
export function addressWarnings(names: readonly string[]): readonly Warning[] {
  const addresses = loopbackAddresses(names);
  const owners = new Map([...addresses].map(([name, address]) => [address, name]));
  return names.flatMap((name): readonly Warning[] => {
    const first = format(hashName(name, 0));
    if (addresses.get(name) === first) return [];
    const owner = owners.get(first) ?? '';
    return [
      {
        id: 'virtual-address-clash',
        path: 'services',
        message:
          `virtual names have addresses by the hash of their services' names, and "${owner}" and "${name}" have the same one, so ` +
          `"${name}" has another. If "${owner}" is the newer of the two, a deployment moves "${name}", and its callers cannot reach it ` +
          `until their tasks are replaced: give "${owner}" another name. Otherwise acknowledge this warning`,
      },
    ];
  });
}

function hashName(name: string, attempt: number): number {
  const digest = createHash('sha256')
    .update(attempt === 0 ? name : `${name}#${attempt}`)
    .digest();
  return digest.readUInt32BE(0) >>> (32 - BITS);
}

function format(host: number): string {
  const address = (BASE | host) >>> 0;
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}
