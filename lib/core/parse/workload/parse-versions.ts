import { displayValue } from '../../reading/input';
import { readInheriting } from '../../reading/inheriting-reader';
import type { ProtocolId, Service, Version, Warning } from '../../model/topology';
import type { Mirror } from '../../model/traffic-policy';
import { HOW_MANY } from './parse-sizing';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';
import { defined } from '../../defined';
import { parseShift } from './parse-shift';

/** What a version and a service have alike: what their tasks are. */
export type TaskParts = Omit<Version, 'name' | 'workloadName' | 'weight' | 'discovery' | 'discoveryHost'>;

export type DraftVersion = Omit<Version, 'discovery' | 'discoveryHost'>;

/** Props of a service that say what its versions get. */
export const VERSION_FIELDS = ['versions', 'versionHeader', 'mirror', 'shift'] as const;

export type VersionSettings = Pick<Service, 'versionHeader' | 'mirror' | 'shift'> & { readonly versions?: readonly DraftVersion[] };

/** What a version has beside what all tasks have. */
export const OF_VERSION = ['weight'] as const;

/** @param taskFields what a version may say of its tasks; `parseTask` reads it */
export interface VersionParts {
  readonly service: string;
  readonly protocol: ProtocolId;
  readonly taskFields: readonly string[];
  readonly checkName: (name: string, at: Reader) => void;
  readonly parseTask: (at: Reader) => TaskParts;
}

/** Weights are relative, so this is about what a person can take in; Envoy adds them up in 32 bits. */
const MAX_WEIGHT = 1000;

export function parseVersions(at: Reader, parts: VersionParts): VersionSettings {
  const versionsAt = at.field('versions');
  if (versionsAt.absent) {
    for (const name of ['versionHeader', 'mirror', 'shift']) {
      if (!at.field(name).absent) at.field(name).fail('NO_EFFECT', 'the service has no versions', { fix: 'remove it, or add versions' });
    }
    return {};
  }
  const entries = [...versionsAt.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (versionsAt.empty)
    versionsAt.fail('MISSING', 'there is no version to call', { fix: 'leave versions out, or add one, such as v1: { weight: 100 }' });
  const versions = entries.flatMap(([name, item]) => parseVersion(name, item, at, parts) ?? []);
  if (versions.length > 0 && versions.length === entries.length && versions.every(({ weight }) => weight === 0)) {
    versionsAt.fail('ZERO_WEIGHTS', 'every version has weight 0, so no version would get requests', {
      got: null,
      fix: 'give one a weight above 0',
    });
  }
  const names = entries.map(([name]) => name);
  const versionHeader = parseVersionHeader(at.field('versionHeader'), parts.protocol);
  const mirror = parseMirror(at.field('mirror'), names, parts.protocol);
  const shift = parseShift(at, parts.protocol, versions);
  return { versions, ...defined({ versionHeader, mirror, shift }) };
}

function parseVersion(name: string, at: Reader, service: Reader, parts: VersionParts): DraftVersion | undefined {
  parts.checkName(name, at);
  at.required('an object with at least weight', 'remove it, or write { weight: 10 }');
  if (!at.checkFields([...parts.taskFields, ...OF_VERSION])) return undefined;
  const weight = parseWeight(
    at
      .field('weight')
      .required('the weight of the version', 'such as weight: 10; 0 takes no request that no header, route or mirror sends to it'),
  );
  const tasks = readInheriting(at, service, [HOW_MANY], parts.parseTask);
  return weight === undefined ? undefined : { name, workloadName: `${parts.service}-${name}`, weight, ...tasks };
}

function parseWeight(at: Reader): number | undefined {
  return at.number({ min: 0, max: MAX_WEIGHT });
}

/** Which are sent by everybody, or mean something to Envoy, HTTP or the mesh. */
const TAKEN_HEADERS =
  /^(:.*|x-envoy-.*|x-forwarded-.*|x-amzn-.*|x-mesh-.*|x-request-id|host|connection|content-.*|transfer-encoding|upgrade|te|cookie|authorization)$/;

function parseVersionHeader(at: Reader, protocol: ProtocolId): string | undefined {
  if (!at.absent && protocol === 'tcp')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no headers', { fix: 'remove versionHeader' });
  const name = at.string();
  if (name === undefined) return undefined;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name))
    return at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of a header`, {
      got: null,
      allowed: 'letters, digits, hyphens and underscores, at most 64, such as "x-version"',
    });
  if (TAKEN_HEADERS.test(name.toLowerCase()))
    return at.fail('RESERVED_NAME', `the header "${name}" is reserved`, {
      got: null,
      fix: 'choose another name, such as "x-version"',
    });
  return name.toLowerCase();
}

const SMALLEST_PERCENT = 0.0001;
const A_MIRROR = "write { version: 'v2', percent: 10 }";

/** @param versions names of the service's versions */
export function parseMirror(at: Reader, versions: readonly string[], protocol: ProtocolId): Mirror | undefined {
  if (at.absent) return undefined;
  if (protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests to mirror', { fix: 'remove mirror' });
  if (!at.checkFields(['version', 'percent'])) return undefined;
  const version = parseVersionName(at.field('version').required('the version that gets the copies', A_MIRROR), versions);
  const percent = at
    .field('percent')
    .required('the share of requests that is copied', A_MIRROR)
    .number({ min: 0, max: 100, integer: false, unit: 'percent' });
  if (percent !== undefined && percent > 0 && percent < SMALLEST_PERCENT)
    return at.field('percent').fail('OUT_OF_RANGE', 'Envoy counts in millionths', { allowed: `0, or ${SMALLEST_PERCENT} to 100 percent` });
  return version === undefined || percent === undefined ? undefined : { version, percent };
}

/** Of a request that a version gets by its weight, it may get the copy as well. */
export function warnOfMirrors({ path: at, versions = [], mirror, policy }: Service): readonly Warning[] {
  const mirrors = [
    { path: `${at}.mirror`, mirror, weights: undefined },
    ...policy.routes.map((route, index) => ({
      path: `${at}.routes[${index}].mirror`,
      mirror: route.mirror,
      weights: route.versions,
    })),
  ];
  return mirrors.flatMap(({ path, mirror: to, weights }): Warning[] => {
    if (to === undefined || to.percent === 0) return [];
    const weight = weights === undefined ? versions.find((version) => version.name === to.version)?.weight : weights[to.version];
    if (weight === undefined || weight === 0) return [];
    return [
      {
        id: 'mirror-to-version-with-weight',
        path,
        message: `${to.version} has weight ${weight}, so some requests reach it twice: give it weight 0 while it mirrors`,
      },
    ];
  });
}

function parseVersionName(at: Reader, versions: readonly string[]): string | undefined {
  const name = at.string();
  if (name === undefined || versions.includes(name)) return name;
  return at.fail(
    'UNKNOWN_VERSION',
    `there is no version ${displayValue(name)} of this service`,
    versions.length === 0 ? { fix: 'remove it: the service has no versions' } : suggest(name, versions),
  );
}

/**
 * What a route says of versions: weights in place of the versions' own. One that is not named gets nothing.
 *
 * @param versions names of the service's versions
 */
export function parseRouteVersions(
  at: Reader,
  versions: readonly string[],
  protocol: ProtocolId,
): Readonly<Record<string, number>> | undefined {
  if (at.absent) return undefined;
  if (protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests to route', { fix: 'remove versions' });
  if (at.empty) return at.fail('MISSING', 'there is no version to call', { fix: 'leave it out, or name one, such as { v2: 100 }' });
  const entries = [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const weights = entries.flatMap(([name, item]): [string, number][] => {
    if (!versions.includes(name)) {
      item.fail('UNKNOWN_VERSION', `there is no version ${displayValue(name)} of this service`, {
        got: null,
        ...(versions.length === 0 ? { fix: 'remove it: the service has no versions' } : suggest(name, versions)),
      });
      return [];
    }
    const weight = parseWeight(item.required('a weight', 'such as 100'));
    return weight === undefined ? [] : [[name, weight]];
  });
  if (weights.length === 0) return undefined;
  if (weights.length === entries.length && weights.every(([, weight]) => weight === 0)) {
    return at.fail('ZERO_WEIGHTS', 'every version has weight 0, so no version would get requests', {
      got: null,
      fix: 'give one a weight above 0',
    });
  }
  return Object.fromEntries(weights);
}
