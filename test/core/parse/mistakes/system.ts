import type { Mistakes } from './mistake';
import { namespace, zone } from './mistake';
import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { cluster, edge, logGroup, mesh, service, token, vpc } from '../../../support/parsing';

const vpcWith = (facts: Raw): Opaque => Object.assign(new Opaque({ vpcId: 'v', privateSubnets: [] }), { vpc: facts });

/** What the whole system has once: names, network, tracing. */
export const SYSTEM_MISTAKES: Mistakes = {
  UNUSABLE_VPC: [
    {
      did: 'gives a VPC with no private subnets',
      props: mesh({ ui: service() }, { vpc: vpcWith({ privateSubnets: [], isolatedSubnets: [] }) }),
      path: 'vpc',
    },
    {
      did: 'gives a VPC without DNS',
      props: mesh({ ui: service() }, { vpc: vpcWith({ privateSubnets: ['a'], dnsSupportEnabled: false }) }),
      path: 'vpc',
    },
  ],
  INVALID_NAME: [
    { did: 'brings a zone of one label, and no domain in it', props: mesh({ ui: service() }, { zone: zone('corp') }), path: 'zone' },
    { did: 'names the mesh in capitals', props: mesh({ ui: service() }, { name: 'Shop' }), path: 'name' },
    { did: 'gives a domain of one label', props: mesh({ ui: service() }, { domain: 'internal' }), path: 'domain' },
    { did: 'gives a domain that would break a pattern', props: mesh({ ui: service() }, { domain: '(' }), path: 'domain' },
    { did: 'gives a domain with a dot at the end', props: mesh({ ui: service() }, { domain: 'shop.internal.' }), path: 'domain' },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'misspells a prop of the mesh', props: mesh({ ui: service() }, { servces: {} }), path: 'servces' },
    {
      did: 'writes an own property "__proto__"',
      props: Object.defineProperty(mesh({ ui: service() }), '__proto__', { value: 1, enumerable: true }),
      path: '__proto__',
    },
  ],
  TOKEN: [
    { did: 'takes the name of the mesh from a token', props: mesh({ ui: service() }, { name: token }), path: 'name' },
    { did: 'takes the domain from a token', props: mesh({ ui: service() }, { domain: token }), path: 'domain' },
    {
      did: 'takes the name of the namespace from a token',
      props: mesh({ ui: service() }, { namespace: namespace(token) }),
      path: 'namespace.namespaceName',
    },
    { did: 'takes the name of the zone from a token', props: mesh({ ui: service() }, { zone: zone(token) }), path: 'zone.zoneName' },
  ],
  WRONG_TYPE: [
    { did: 'gives a number as the VPC', props: mesh({ ui: service() }, { vpc: 7 }), path: 'vpc' },
    { did: 'gives a cluster as the VPC', props: mesh({ ui: service() }, { vpc: cluster }), path: 'vpc' },
    { did: 'gives a VPC as the cluster', props: mesh({ ui: service() }, { cluster: vpc }), path: 'cluster' },
    { did: 'gives a namespace that is none', props: mesh({ ui: service() }, { namespace: 'tasks.internal' }), path: 'namespace' },
    { did: 'names a zone by its ID', props: mesh({ ui: service() }, { zone: 'Z1' }), path: 'zone' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'samples more than all requests',
      props: mesh({ ui: service() }, { tracing: { kind: 'xray', samplingRate: 5 } }),
      path: 'tracing.samplingRate',
    },
  ],
  NO_EFFECT: [
    {
      did: 'sets the retention of a log group of their own',
      props: mesh({ ui: service() }, { logs: { logGroup, retention: 7 } }),
      path: 'logs.retention',
    },
  ],
  INVALID_VALUE: [
    {
      did: 'keeps logs for a number of days that CloudWatch does not know',
      props: mesh({ ui: service() }, { logs: { retention: 42 } }),
      path: 'logs.retention',
    },
    {
      did: 'takes snapshots of a log group',
      props: mesh({ ui: service() }, { logs: { removalPolicy: 'snapshot' } }),
      path: 'logs.removalPolicy',
    },
    {
      did: 'registers tasks in an HTTP namespace',
      props: mesh({ ui: service() }, { namespace: namespace('shop', 'HTTP') }),
      path: 'namespace.type',
    },
    {
      did: 'writes virtual names in a public zone',
      props: mesh({ ui: service() }, { zone: zone('shop.example.com', { addDelegation: () => undefined }) }),
      path: 'zone',
    },
  ],
  DOMAIN_CLASH: [
    {
      did: 'writes virtual names in the zone of the namespace',
      props: mesh({ ui: service() }, { domain: 'shop.corp', zone: zone('corp'), namespace: namespace('Corp.') }),
      path: 'zone',
    },
    {
      did: 'registers tasks between the zone and the domain',
      props: mesh({ ui: service() }, { domain: 'mesh.shop.corp', zone: zone('corp'), namespace: namespace('shop.corp') }),
      path: 'zone',
    },
    {
      did: 'registers the tasks of a service as the zone',
      props: mesh({ shop: service() }, { domain: 'mesh.shop.corp', zone: zone('shop.corp'), namespace: namespace('corp') }),
      path: 'zone',
    },
    {
      did: 'registers tasks where the virtual names are',
      props: mesh({ ui: service() }, { domain: 'shop.internal', namespace: namespace('Shop.internal') }),
      path: 'namespace',
    },
    {
      did: 'registers tasks under the virtual name of a service',
      props: mesh({ ui: service() }, { namespace: namespace('ui.shop.internal') }),
      path: 'namespace',
    },
    {
      did: 'registers the tasks of a service as the domain',
      props: mesh({ shop: service() }, { domain: 'shop.internal', namespace: namespace('internal') }),
      path: 'namespace',
    },
    {
      did: 'registers the tasks of the gateway as the domain',
      props: { ...edge({}), domain: 'gateway.corp', namespace: namespace('Corp.') },
      path: 'namespace',
    },
    { did: 'hides the APIs of AWS', props: mesh({ ui: service() }, { domain: 'amazonaws.com' }), path: 'domain' },
    { did: 'hides a service of AWS', props: mesh({ ui: service() }, { domain: 's3.eu-west-1.amazonaws.com' }), path: 'domain' },
    { did: 'hides the APIs of AWS in China, and more', props: mesh({ ui: service() }, { domain: 'com.cn' }), path: 'domain' },
    { did: 'hides the URLs of functions', props: mesh({ ui: service() }, { domain: 'on.aws' }), path: 'domain' },
    { did: 'hides the host names of instances by the name of the mesh', props: mesh({ ui: service() }, { name: 'ec2' }), path: 'domain' },
  ],
  CONFLICT: [
    { did: 'gives a cluster and a VPC', props: mesh({ ui: service() }, { vpc, cluster }), path: 'vpc' },
    {
      did: 'brings a zone in which the domain is not',
      props: mesh({ ui: service() }, { domain: 'shop.internal', zone: zone('corp.internal') }),
      path: 'zone',
    },
    {
      did: 'brings a zone below the domain',
      props: mesh({ ui: service() }, { domain: 'shop.internal', zone: zone('mesh.shop.internal') }),
      path: 'zone',
    },
  ],
};
