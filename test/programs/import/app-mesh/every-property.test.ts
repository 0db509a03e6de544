import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CfnResource } from 'aws-cdk-lib';
import { App, Stack } from 'aws-cdk-lib';
import * as appmesh from 'aws-cdk-lib/aws-appmesh';
import type { Construct } from 'constructs';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { IssueList } from '../../../../lib/core/reading/issues';

/** What jsii says of a property's type. */
interface Type {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly elementtype: Type };
  readonly union?: { readonly types: readonly Type[] };
}
interface Property {
  readonly name: string;
  readonly type: Type;
  readonly optional?: boolean;
}
type Types = Readonly<Record<string, { readonly properties?: readonly Property[] } | undefined>>;

/** CloudFormation's resource specification as aws-cdk-lib has it. */
const types = (
  JSON.parse(gunzipSync(readFileSync(join(dirname(require.resolve('aws-cdk-lib/package.json')), '.jsii.gz'))).toString()) as {
    readonly types: Types;
  }
).types;

const RESOURCES: Readonly<Record<string, new (scope: Construct, id: string, props: never) => CfnResource>> = {
  CfnMesh: appmesh.CfnMesh,
  CfnVirtualNode: appmesh.CfnVirtualNode,
  CfnVirtualService: appmesh.CfnVirtualService,
  CfnVirtualRouter: appmesh.CfnVirtualRouter,
  CfnRoute: appmesh.CfnRoute,
  CfnVirtualGateway: appmesh.CfnVirtualGateway,
  CfnGatewayRoute: appmesh.CfnGatewayRoute,
};

function propertiesOf(fqn: string): readonly Property[] {
  return types[fqn]?.properties ?? [];
}

/** The type without IResolvable, and of a list that of its items. */
function plain(type: Type): { readonly list: boolean; readonly type: Type } {
  const own = type.union === undefined ? type : (type.union.types.find(({ fqn }) => fqn !== 'aws-cdk-lib.IResolvable') ?? type);
  return own.collection === undefined ? { list: false, type: own } : { list: true, type: plain(own.collection.elementtype).type };
}

/** Paths of all properties that are texts, numbers or booleans, or lists of them. */
function leaves(fqn: string, path: readonly string[] = []): readonly (readonly string[])[] {
  return propertiesOf(fqn).flatMap(({ name, type }) => {
    const inner = plain(type).type.fqn;
    return inner === undefined ? [[...path, name]] : leaves(inner, [...path, name]);
  });
}

/** Two values that CloudFormation would take. */
const WORDS: Readonly<Record<string, readonly [unknown, unknown]>> = {
  protocol: ['http', 'http2'],
  unit: ['s', 'ms'],
  mode: ['STRICT', 'PERMISSIVE'],
  type: ['ALLOW_ALL', 'DROP_ALL'],
  scheme: ['http', 'https'],
  ipPreference: ['IPv4_ONLY', 'IPv6_ONLY'],
  responseType: ['LOADBALANCER', 'ENDPOINTS'],
  defaultPrefix: ['ENABLED', 'DISABLED'],
  defaultTargetHostname: ['ENABLED', 'DISABLED'],
  httpRetryEvents: ['server-error', 'client-error'],
  grpcRetryEvents: ['cancelled', 'internal'],
  tcpRetryEvents: ['connection-error', undefined],
  intervalMillis: [6000, 7000],
  timeoutMillis: [6000, 7000],
};

function sample({ name, type }: Property, which: 0 | 1): unknown {
  const {
    list,
    type: { primitive },
  } = plain(type);
  const [value] = [(WORDS[name] ?? (primitive === 'number' ? [5, 6] : primitive === 'boolean' ? [true, false] : ['one', 'two']))[which]];
  return list ? [value].filter((each) => each !== undefined) : value;
}

/** What says nothing alone: a priority is of a route, and a method of a service. */
const COMPANIONS: Readonly<Record<string, string>> = { priority: 'httpRoute', methodName: 'serviceName' };

/** An object with what must be there, and what lies on the path; if nothing must be there, its first property, as one of several. */
function object(fqn: string, path: readonly string[], which: 0 | 1): Record<string, unknown> {
  const all = propertiesOf(fqn);
  const needed = all.filter(({ name, optional }) => optional !== true || name === path[0]);
  const companion = COMPANIONS[path[0] ?? ''];
  const rest = companion !== undefined ? all.filter(({ name }) => name === companion) : needed.length === 0 ? all.slice(0, 1) : [];
  return Object.fromEntries(
    [...needed, ...rest].map((property) => {
      const inner = plain(property.type);
      const below = property.name === path[0] ? path.slice(1) : [];
      const value =
        inner.type.fqn === undefined ? sample(property, property.name === path[0] ? which : 0) : object(inner.type.fqn, below, which);
      return [property.name, inner.list && inner.type.fqn !== undefined ? [value] : value];
    }),
  );
}

function read(resource: string, path: readonly string[], which: 0 | 1): { readonly model: string; readonly unknown: readonly string[] } {
  const stack = new Stack(new App(), 'Stack');
  const Resource = RESOURCES[resource];
  if (Resource === undefined) throw new Error(`no ${resource}`);
  const made = new Resource(stack, 'It', object(`aws-cdk-lib.aws_appmesh.${resource}Props`, path, which) as never);
  const template: unknown = stack.resolve((made as unknown as { _toCloudFormation(): unknown })._toCloudFormation());
  const issues = new IssueList();
  const model = readTemplate(template, {}, issues);
  return {
    model: JSON.stringify(model),
    unknown: issues.all
      .filter(({ code }) => code === 'UNKNOWN_PROPERTY' || code === 'WRONG_TYPE')
      .map((issue) => `${issue.path}: ${issue.message}`),
  };
}

test.each(Object.keys(RESOURCES))(
  'every property that CloudFormation knows of %s is read: another value makes another model',
  (resource) => {
    const all = leaves(`aws-cdk-lib.aws_appmesh.${resource}Props`);
    expect(all.length).toBeGreaterThan(3);
    const wrong = all.flatMap((path) => {
      const [one, other] = [read(resource, path, 0), read(resource, path, 1)];
      return [...one.unknown, ...(one.model === other.model ? [`${path.join('.')} changes nothing`] : [])];
    });
    expect(wrong).toEqual([]);
  },
);
