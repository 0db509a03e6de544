import type { IssueCode } from '../../../lib/core/reading/issues';
import { AGGREGATION_MISTAKES } from './mistakes/aggregation';
import { AUTHORIZER_MISTAKES } from './mistakes/authorizers';
import { BODY_SCHEMA_MISTAKES } from './mistakes/body-schemas';
import { OPEN_API_MISTAKES } from './mistakes/open-api';
import { CONTAINER_MISTAKES } from './mistakes/containers';
import { DOMAIN_MISTAKES } from './mistakes/domains';
import { EDGE_MISTAKES } from './mistakes/edge';
import { EDGE_CACHE_MISTAKES } from './mistakes/edge-cache';
import { CLIENT_THROTTLE_MISTAKES } from './mistakes/client-throttle';
import { EDGE_CLIENT_MISTAKES } from './mistakes/edge-clients';
import { EDGE_FIREWALL_MISTAKES } from './mistakes/edge-firewall';
import { LOAD_BALANCER_MISTAKES } from './mistakes/load-balancer';
import { GRPC_MISTAKES } from './mistakes/grpc';
import { MESH_MISTAKES } from './mistakes/mesh';
import type { Mistake } from './mistakes/mistake';
import { PLACEMENT_MISTAKES } from './mistakes/placement';
import { PORT_MISTAKES } from './mistakes/ports';
import { SCALING_MISTAKES } from './mistakes/scaling';
import { SECURITY_MISTAKES } from './mistakes/security';
import { SERVICE_MISTAKES } from './mistakes/services';
import { STORAGE_MISTAKES } from './mistakes/storage';
import { SYSTEM_MISTAKES } from './mistakes/system';
import { TRACING_MISTAKES } from './mistakes/tracing';
import { PROMETHEUS_MISTAKES } from './mistakes/prometheus';
import { CAPACITY_MISTAKES } from './mistakes/capacity';
import { CLIENT_MISTAKES } from './mistakes/clients';
import { RESOURCE_POLICY_MISTAKES } from './mistakes/resource-policies';
import { WEB_SOCKET_MISTAKES } from './mistakes/web-socket';
import { SHIFT_MISTAKES } from './mistakes/shifts';
import { WORKER_MISTAKES } from './mistakes/workers';
import { WORKLOAD_MISTAKES } from './mistakes/workload';

const SUBJECTS = [
  SYSTEM_MISTAKES,
  TRACING_MISTAKES,
  PROMETHEUS_MISTAKES,
  SERVICE_MISTAKES,
  CONTAINER_MISTAKES,
  STORAGE_MISTAKES,
  CAPACITY_MISTAKES,
  WORKLOAD_MISTAKES,
  SCALING_MISTAKES,
  SHIFT_MISTAKES,
  WORKER_MISTAKES,
  PORT_MISTAKES,
  CLIENT_MISTAKES,
  SECURITY_MISTAKES,
  MESH_MISTAKES,
  DOMAIN_MISTAKES,
  EDGE_MISTAKES,
  BODY_SCHEMA_MISTAKES,
  OPEN_API_MISTAKES,
  EDGE_CACHE_MISTAKES,
  CLIENT_THROTTLE_MISTAKES,
  EDGE_CLIENT_MISTAKES,
  EDGE_FIREWALL_MISTAKES,
  LOAD_BALANCER_MISTAKES,
  RESOURCE_POLICY_MISTAKES,
  WEB_SOCKET_MISTAKES,
  GRPC_MISTAKES,
  AUTHORIZER_MISTAKES,
  AGGREGATION_MISTAKES,
  PLACEMENT_MISTAKES,
];

/** Every mistake that reading props can find, by the code of its issue. */
export const MISTAKES: ReadonlyMap<IssueCode, readonly Mistake[]> = new Map(
  (SUBJECTS.flatMap(Object.keys) as IssueCode[]).map((code) => [code, SUBJECTS.flatMap((mistakes) => mistakes[code] ?? [])]),
);
